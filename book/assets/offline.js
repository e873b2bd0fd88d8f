// The whole book is kept for reading without a network, once the page itself has what it needs.
if ("serviceWorker" in navigator && location.protocol !== "file:" && !document.querySelector("meta[name='course-kernel']")) {
  addEventListener("load", () => {
    const root = new URL(document.documentElement.dataset.content_root, document.baseURI);
    const register = () => navigator.serviceWorker.register(new URL("sw.js", root), { scope: root.pathname });
    if (!navigator.connection?.saveData) (window.requestIdleCallback ?? setTimeout)(register);
  });
}
