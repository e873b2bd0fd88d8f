// The one script of every page.
import "./frame.js";
import "./place.js";
import "./code.js";
import "./quiz.js";
import "./progress.js";
import "./offline.js";
