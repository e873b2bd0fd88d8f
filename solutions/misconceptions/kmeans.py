"""What students really write in the assignment `kmeans`, and the hint that helps each of them see it."""

import numpy as np

from solutions.variants import misconception

# ---------------------------------------------------------------------------------------------- q1


@misconception(
    "q1",
    "adds up distances, not squared distances",
    hint="A walk of 5 costs 25 in this objective. What does a single person who walks 5 cost in yours?",
)
def kmeans_objective(X, mu, y):
    return np.sum(np.linalg.norm(X - mu[y], axis=1))


@misconception(
    "q1",
    "takes the mean over people",
    hint="Put every person there twice: the objective should double. Does yours?",
)
def kmeans_objective(X, mu, y):
    return np.mean(np.sum((X - mu[y]) ** 2, axis=1))


@misconception(
    "q1",
    "takes the mean over people and coordinates",
    hint="Put every person there twice: the objective should double. Does yours? A mean of squares is not their sum.",
)
def kmeans_objective(X, mu, y):
    return np.mean((X - mu[y]) ** 2)


@misconception(
    "q1",
    "charges each person for all trucks",
    hint="Move a truck that nobody chose very far away. Should the loss change? What does the indicator in the formula do?",
)
def kmeans_objective(X, mu, y):
    return np.sum((X[:, None, :] - mu[None, :, :]) ** 2)


@misconception(
    "q1",
    "charges the walk to the nearest truck, whatever y says",
    hint="Send one person to a truck far away by changing y. The loss must rise; does yours read y at all?",
)
def kmeans_objective(X, mu, y):
    squared = np.sum((X[:, None, :] - mu[None, :, :]) ** 2, axis=2)
    return np.sum(squared.min(axis=1))


@misconception(
    "q1",
    "returns one loss for each person",
    hint="Look at the shape of what you return. The objective is one number for all people; one of the two sums is missing.",
)
def kmeans_objective(X, mu, y):
    return np.sum((X - mu[y]) ** 2, axis=1)


@misconception(
    "q1",
    "adds the coordinates before squaring",
    hint="Someone walks 3 east and 3 south, so the differences are 3 and -3. Do they cancel in your code before they are squared?",
)
def kmeans_objective(X, mu, y):
    return np.sum(np.sum(X - mu[y], axis=1) ** 2)


@misconception(
    "q1",
    "takes the root of the whole sum",
    hint="`np.linalg.norm` of a table takes a square root at the end. Is there one in the objective?",
)
def kmeans_objective(X, mu, y):
    return np.linalg.norm(X - mu[y])


@misconception(
    "q1",
    "expands the square and loses the digits far from the origin",
    hint="Your formula is right on paper. Add 5 million to all coordinates: the huge squares agree in nearly all of their digits, "
    "and what is left after subtracting them is rounding. Which operation could come first?",
)
def kmeans_objective(X, mu, y):
    centers = mu[y]
    return np.sum(X**2) - 2 * np.sum(X * centers) + np.sum(centers**2)


# ---------------------------------------------------------------------------------------------- q2


@misconception(
    "q2",
    "takes the farthest centre",
    hint="Draw two people and two trucks and follow your labels with a finger. Is anybody walking past a nearer truck?",
)
def assign_clusters(X, mu):
    squared = np.sum((X[:, None, :] - mu[None, :, :]) ** 2, axis=2)
    return np.argmax(squared, axis=1)


@misconception(
    "q2",
    "takes the minimum along the wrong axis",
    hint="Who chooses whom? Compare the shape of your answer with the number of people: each person needs one label.",
)
def assign_clusters(X, mu):
    squared = np.sum((X[:, None, :] - mu[None, :, :]) ** 2, axis=2)
    return np.argmin(squared, axis=0)


@misconception(
    "q2",
    "returns the smallest distance, not the index",
    hint="You found how far the nearest truck is. The question asks which truck it is.",
)
def assign_clusters(X, mu):
    squared = np.sum((X[:, None, :] - mu[None, :, :]) ** 2, axis=2)
    return np.min(squared, axis=1)


@misconception(
    "q2",
    "returns the nearest centre, not its index",
    hint="You return positions of trucks. A label is the number of the row in which that position stands.",
)
def assign_clusters(X, mu):
    squared = np.sum((X[:, None, :] - mu[None, :, :]) ** 2, axis=2)
    return mu[np.argmin(squared, axis=1)]


@misconception(
    "q2",
    "gives ties to the last centre",
    hint="Put two trucks on one spot and see which of them your people choose. The lower index should win; look at your <=.",
)
def assign_clusters(X, mu):
    y = np.zeros(len(X), dtype=int)
    for i, x in enumerate(X):
        best = np.inf
        for j, center in enumerate(mu):
            squared = np.sum((x - center) ** 2)
            if squared <= best:
                best, y[i] = squared, j
    return y


@misconception(
    "q2",
    "measures along the streets (sum of absolute differences)",
    hint="From (0, 0), is (3, 3) or (5, 0) nearer in a straight line? Measure with a ruler, then look at what your code adds up.",
)
def assign_clusters(X, mu):
    distances = np.sum(np.abs(X[:, None, :] - mu[None, :, :]), axis=2)
    return np.argmin(distances, axis=1)


@misconception(
    "q2",
    "counts clusters from 1",
    hint="In Python the first row of mu is mu[0]. What happens at mu[y] if a label is as large as the number of centres?",
)
def assign_clusters(X, mu):
    squared = np.sum((X[:, None, :] - mu[None, :, :]) ** 2, axis=2)
    return np.argmin(squared, axis=1) + 1


@misconception(
    "q2",
    "adds up differences with their signs",
    hint="One step too far east and one too far south are not distance zero. What keeps the signs of your differences from cancelling?",
)
def assign_clusters(X, mu):
    return np.argmin(np.sum(X[:, None, :] - mu[None, :, :], axis=2), axis=1)


@misconception(
    "q2",
    "takes the largest dot product",
    hint="A dot product grows when a truck drives away from the origin in the right direction. "
    "Write out the squared distance: which of its three terms is missing, and does it differ between trucks?",
)
def assign_clusters(X, mu):
    return np.argmax(X @ mu.T, axis=1)


@misconception(
    "q2",
    "stores the labels as floats",
    hint="Try to use your labels as an index, mu[y]. What does np.zeros hold if you do not tell it otherwise?",
)
def assign_clusters(X, mu):
    y = np.zeros(len(X))
    for i, x in enumerate(X):
        y[i] = np.argmin(np.sum((mu - x) ** 2, axis=1))
    return y


# ---------------------------------------------------------------------------------------------- q3


@misconception(
    "q3",
    "divides by n instead of N_j",
    hint="How many people does truck j serve? Two people at 4 and 6 meet at 5, however many others there are elsewhere.",
)
def update_centers(X, y, mu):
    new = np.array(mu, dtype=float)
    for j in range(len(mu)):
        if np.any(y == j):
            new[j] = X[y == j].sum(axis=0) / len(X)
    return new


@misconception(
    "q3",
    "divides 0 by 0 for a truck without people",
    hint="What is the mean of no people at all? Print what your function returns for a truck that nobody chose.",
)
def update_centers(X, y, mu):
    import warnings

    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore")
        return np.array([X[y == j].mean(axis=0) for j in range(len(mu))])


@misconception(
    "q3",
    "drops a truck without people",
    hint="Count the rows before and after. If a truck vanishes, the labels of all later ones point to the wrong rows.",
)
def update_centers(X, y, mu):
    return np.array([X[y == j].mean(axis=0) for j in np.unique(y)])


@misconception(
    "q3",
    "makes only as many centres as the largest label says",
    hint="How many trucks are there if nobody chose the last ones? y cannot know that, but one of the arguments does.",
)
def update_centers(X, y, mu):
    new = np.array(mu[: y.max() + 1], dtype=float)
    for j in range(y.max() + 1):
        if np.any(y == j):
            new[j] = X[y == j].mean(axis=0)
    return new


@misconception(
    "q3",
    "sends a truck without people to the origin",
    hint="Where does a truck stand after your function if nobody chose it? It should be where it was; look at what your new array is filled with.",
)
def update_centers(X, y, mu):
    new = np.zeros(mu.shape)
    for j in range(len(mu)):
        if np.any(y == j):
            new[j] = X[y == j].mean(axis=0)
    return new


@misconception(
    "q3",
    "sends a truck without people to the middle of everybody",
    hint="Helpful, but not what is asked: a truck that nobody chose stays where it was.",
)
def update_centers(X, y, mu):
    return np.array([X[y == j].mean(axis=0) if np.any(y == j) else X.mean(axis=0) for j in range(len(mu))])


@misconception(
    "q3",
    "sends a truck without people to the person farthest away",
    hint="Some libraries do that, but it is another algorithm. Here a truck that nobody chose stays where it was.",
)
def update_centers(X, y, mu):
    farthest = X[np.argmax(np.sum((X - mu[y]) ** 2, axis=1))]
    return np.array([X[y == j].mean(axis=0) if np.any(y == j) else farthest for j in range(len(mu))])


@misconception(
    "q3",
    "writes means into an array of whole numbers",
    hint="Give whole numbers as starting centres and two people at 0 and 1. Where is their middle, and what can an array of integers hold? "
    "If you write into mu itself, its caller loses the old centres as well.",
)
def update_centers(X, y, mu):
    for j in range(len(mu)):
        if np.any(y == j):
            mu[j] = X[y == j].mean(axis=0)
    return mu


@misconception(
    "q3",
    "takes the median",
    hint="Three people at 0, 0 and 9: where does the sum of squared walks become smallest? Try 0 and 3 by hand.",
)
def update_centers(X, y, mu):
    return np.array([np.median(X[y == j], axis=0) if np.any(y == j) else mu[j] for j in range(len(mu))], dtype=float)


@misconception(
    "q3",
    "counts the old centre as one more person",
    hint="Move a truck's old position far away and leave the people where they are. Should its new position change?",
)
def update_centers(X, y, mu):
    return np.array([np.vstack([X[y == j], mu[j : j + 1]]).mean(axis=0) for j in range(len(mu))])


@misconception(
    "q3",
    "mixes the coordinates into one mean",
    hint="All coordinates of your centres are equal. East and north are averaged separately: which axis does your mean run along?",
)
def update_centers(X, y, mu):
    new = np.array(mu, dtype=float)
    for j in range(len(mu)):
        if np.any(y == j):
            new[j] = X[y == j].mean()
    return new


# ---------------------------------------------------------------------------------------------- q4


@misconception(
    "q4",
    "always runs tau rounds",
    hint="tau is the most that you may run. Once a round changes nobody's truck, no later round will change anything: which line lets you leave?",
)
def kmeans(X, mu, tau):
    for _ in range(tau):
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
    return mu, y, tau


@misconception(
    "q4",
    "does not count the round that finds no change",
    hint="To know that nothing changed you had to let everybody choose once more. Does your count contain that round?",
)
def kmeans(X, mu, tau):
    y = np.full(len(X), -1)
    iterations = 0
    for _ in range(tau):
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.array_equal(y, y_old):
            break
        iterations += 1
    return mu, y, iterations


@misconception(
    "q4",
    "returns the loop's counter, which starts at 0",
    hint="What does range start with? After one round, how many rounds have been run, and what does your function say?",
)
def kmeans(X, mu, tau):
    y = np.full(len(X), -1)
    for t in range(tau):
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.array_equal(y, y_old):
            break
    return mu, y, t


@misconception(
    "q4",
    "starts with everybody at truck 0, as if they had chosen it",
    hint="Run it with a single truck: does round 1 believe that it repeats an earlier round? Before round 1 nobody has chosen.",
)
def kmeans(X, mu, tau):
    y = np.zeros(len(X), dtype=int)
    for iterations in range(1, tau + 1):
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.array_equal(y, y_old):
            break
    return mu, y, iterations


@misconception(
    "q4",
    "stops when the centres stop, not the assignment",
    hint="Start with centres that are already final: your round 1 stops, because the centres did not move. "
    "The question compares y with the y of the round before, and round 1 has none.",
)
def kmeans(X, mu, tau):
    for iterations in range(1, tau + 1):
        mu_old = mu
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.allclose(mu, mu_old):
            break
    return mu, y, iterations


@misconception(
    "q4",
    "assigns once more at the end",
    hint="With tau = 1: who was nearest when the round began? You return who is nearest after the last move.",
)
def kmeans(X, mu, tau):
    y = np.full(len(X), -1)
    for iterations in range(1, tau + 1):
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.array_equal(y, y_old):
            break
    return mu, assign_clusters(X, mu), iterations


@misconception(
    "q4",
    "leaves out the last move",
    hint="With tau = 1, have the trucks moved at all when your function returns? A round is an assignment and a move.",
)
def kmeans(X, mu, tau):
    y = np.full(len(X), -1)
    for iterations in range(1, tau + 1):
        y_old = y
        y = assign_clusters(X, mu)
        if np.array_equal(y, y_old) or iterations == tau:
            break
        mu = update_centers(X, y, mu)
    return mu, y, iterations


@misconception(
    "q4",
    "runs one round too few when tau ends it",
    hint="Ask for tau = 1 or 2 and count the rounds that are run: where does range(1, tau) end?",
)
def kmeans(X, mu, tau):
    y, iterations = assign_clusters(X, mu), 1
    for iterations in range(1, tau):
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if iterations > 1 and np.array_equal(y, y_old):
            break
    return mu, y, iterations


@misconception(
    "q4",
    "returns y before mu",
    hint="Look at the last line of the algorithm, and at the order in which the docstring lists what is returned.",
)
def kmeans(X, mu, tau):
    y = np.full(len(X), -1)
    for iterations in range(1, tau + 1):
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.array_equal(y, y_old):
            break
    return y, mu, iterations


@misconception(
    "q4",
    "starts from the first points, not from the given centres",
    hint="Two different starts should give two different first rounds. Is the argument mu used before it is overwritten?",
)
def kmeans(X, mu, tau):
    mu, y = np.array(X[: len(mu)], dtype=float), np.full(len(X), -1)
    for iterations in range(1, tau + 1):
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.array_equal(y, y_old):
            break
    return mu, y, iterations


@misconception(
    "q4",
    "stops as soon as one person stays",
    hint="The rule is that nobody changes trucks. Does your test ask for all people, or for any of them?",
)
def kmeans(X, mu, tau):
    y = np.full(len(X), -1)
    for iterations in range(1, tau + 1):
        y_old = y
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        if np.any(y == y_old):
            break
    return mu, y, iterations


@misconception(
    "q4",
    "takes tau for a tolerance of the loss",
    hint="In this algorithm tau is the largest number of rounds. What does your loop do with tau = 1, and with tau = 100?",
)
def kmeans(X, mu, tau):
    loss, iterations = np.inf, 0
    while True:
        y = assign_clusters(X, mu)
        mu = update_centers(X, y, mu)
        iterations += 1
        loss_old, loss = loss, kmeans_objective(X, mu, y)
        if loss_old - loss <= tau:
            return mu, y, iterations


# ---------------------------------------------------------------------------------------------- q5


@misconception(
    "q5",
    "compares the names",
    hint="The labels are only names: exchange two of them in one array. The groups stay the same; does your answer?",
)
def same_partition(y1, y2):
    return np.array_equal(y1, y2)


@misconception(
    "q5",
    "gives an answer for each point",
    hint="How many answers does the question ask for, and how many do you return?",
)
def same_partition(y1, y2):
    return y1 == y2


@misconception(
    "q5",
    "compares only the sizes of the groups",
    hint="{a, b}, {c, d} and {a, c}, {b, d} have the same sizes. Are they the same groups?",
)
def same_partition(y1, y2):
    sizes1 = np.unique(y1, return_counts=True)[1]
    sizes2 = np.unique(y2, return_counts=True)[1]
    return np.array_equal(np.sort(sizes1), np.sort(sizes2))


@misconception(
    "q5",
    "compares only the number of groups",
    hint="Two partitions can both have two groups and still put different points together. Do you look at single points anywhere?",
)
def same_partition(y1, y2):
    return len(np.unique(y1)) == len(np.unique(y2))


@misconception(
    "q5",
    "checks one direction only: the second may merge groups of the first",
    hint="Exchange the two arguments: the answer should stay the same. What if two names of y1 both become one name of y2?",
)
def same_partition(y1, y2):
    return all(len(set(y2[y1 == name].tolist())) == 1 for name in set(y1.tolist()))


@misconception(
    "q5",
    "checks one direction only: the second may split groups of the first",
    hint="Exchange the two arguments: the answer should stay the same. What if one name of y1 becomes two names of y2?",
)
def same_partition(y1, y2):
    return all(len(set(y1[y2 == name].tolist())) == 1 for name in set(y2.tolist()))


@misconception(
    "q5",
    "compares neighbours only",
    hint="You see whether each point is together with the next one. What about the first point and the third?",
)
def same_partition(y1, y2):
    return np.array_equal(y1[1:] == y1[:-1], y2[1:] == y2[:-1])


@misconception(
    "q5",
    "sorts the labels and compares",
    hint="After sorting, nothing tells which label belonged to which point. What does your comparison still know?",
)
def same_partition(y1, y2):
    return np.array_equal(np.sort(y1), np.sort(y2))


@misconception(
    "q5",
    "demands the same set of names",
    hint="One array may say 0, 0, 1 and the other 7, 7, 3. Does your code assume that both use the same names?",
)
def same_partition(y1, y2):
    from itertools import permutations

    names = np.unique(y1)
    return any(
        np.array_equal(np.array(new)[np.searchsorted(names, y1)], y2) for new in permutations(names.tolist()[:6])
    )


@misconception(
    "q5",
    "renames by size of the name, smallest first",
    hint="Renaming smallest to 0 helps only if both arrays order their groups alike. Exchange the names 0 and 1 in one of them.",
)
def same_partition(y1, y2):
    return np.array_equal(np.unique(y1, return_inverse=True)[1], np.unique(y2, return_inverse=True)[1])


@misconception(
    "q5",
    "looks only at who is together with the first point",
    hint="Your test knows the group of point 0. How would it notice a change among all the others?",
)
def same_partition(y1, y2):
    return np.array_equal(y1 == y1[0], y2 == y2[0])


# ---------------------------------------------------------------------------------------------- q6


@misconception(
    "q6",
    "lets bytes wrap around",
    hint="Print image.dtype, then np.uint8(0) - np.uint8(16) and its square. Can a byte hold a difference, or its square?",
)
def quantize_colors(image, palette):
    squared = np.sum((image[:, :, None, :] - palette) ** 2, axis=3)
    return palette[np.argmin(squared, axis=2)]


@misconception(
    "q6",
    "chooses for each channel by itself",
    hint="Red, green and blue of a pixel must come from one row of the palette. Is every colour of your picture in it?",
)
def quantize_colors(image, palette):
    differences = np.abs(image[:, :, None, :].astype(float) - palette)
    nearest = np.argmin(differences, axis=2)
    return np.take_along_axis(palette, nearest.reshape(-1, 3), axis=0).reshape(image.shape)


@misconception(
    "q6",
    "returns the indices, not the colours",
    hint="You found the number of each pixel's colour. One step is missing to have the colours themselves, three channels each.",
)
def quantize_colors(image, palette):
    return assign_clusters(image.reshape(-1, 3), palette).reshape(image.shape[:2])


@misconception(
    "q6",
    "returns a list of pixels, not a picture",
    hint="You flattened the picture to a table of pixels. Look at the shape of what comes out: how does the picture get its rows back?",
)
def quantize_colors(image, palette):
    return palette[assign_clusters(image.reshape(-1, 3), palette)]


@misconception(
    "q6",
    "exchanges height and width",
    hint="Try a picture that is not square: is the first axis of an array its height or its width?",
)
def quantize_colors(image, palette):
    h, w, _ = image.shape
    return palette[assign_clusters(image.reshape(-1, 3), palette)].reshape(w, h, 3)


@misconception(
    "q6",
    "compares brightness instead of colour",
    hint="Pure red and pure blue are equally bright in your measure. Treat a pixel as a point in three dimensions.",
)
def quantize_colors(image, palette):
    brightness = image.astype(float).mean(axis=2)[:, :, None]
    return palette[np.argmin(np.abs(brightness - palette.mean(axis=1)), axis=2)]


@misconception(
    "q6",
    "adds up absolute differences of the channels",
    hint="Here nearness is Euclidean, as in Question 2: square the three differences before you add them up.",
)
def quantize_colors(image, palette):
    distances = np.sum(np.abs(image[:, :, None, :].astype(float) - palette), axis=3)
    return palette[np.argmin(distances, axis=2)]


@misconception(
    "q6",
    "writes the colours into an array of the image's dtype",
    hint="A palette from k-means holds colours like 127.4. What becomes of them in an array of bytes? Exact rows of the palette are asked for.",
)
def quantize_colors(image, palette):
    result = np.zeros_like(image)
    nearest = assign_clusters(image.reshape(-1, 3), palette).reshape(image.shape[:2])
    for j, color in enumerate(palette):
        result[nearest == j] = color
    return result


@misconception(
    "q6",
    "returns floats although the palette holds bytes",
    hint="Show your result with plt.imshow: floats above 1 count as white. Which dtype does the docstring ask for?",
)
def quantize_colors(image, palette):
    palette = palette.astype(float)
    return palette[assign_clusters(image.reshape(-1, 3), palette)].reshape(image.shape)


@misconception(
    "q6",
    "paints with the mean of the pixels that chose a colour",
    hint="The palette is given and stays as it is: you moved its colours to the middle of their pixels, as k-means would.",
)
def quantize_colors(image, palette):
    pixels = image.reshape(-1, 3).astype(float)
    y = assign_clusters(pixels, palette)
    return update_centers(pixels, y, palette)[y].reshape(image.shape).astype(palette.dtype)
