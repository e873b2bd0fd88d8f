"""What students really write in the assignment `initialization`, and the hint that helps each of them see it.

Each fails the same cases whatever the data and the draws are, but for once in ten million gradings.
"""

import numpy as np

from solutions.initialization import cdist, lloyd  # what the notebook gives to the student
from solutions.variants import misconception

# ---------------------------------------------------------------------------------------------- q1


@misconception(
    "q1",
    "takes rows with replacement",
    hint="Ask for as many centres as there are points and look for a row that came twice. Two trucks on one spot are one truck.",
)
def random_centers(X, k, rng):
    return X[rng.integers(len(X), size=k)]


@misconception(
    "q1",
    "takes the first k rows",
    hint="Call your function twice with different generators. What does it do with rng? Data are often sorted; the first k rows may all be alike.",
)
def random_centers(X, k, rng):
    return X[:k].copy()


@misconception(
    "q1",
    "draws places anywhere in the box around the data",
    hint="Compare your centres with the rows of X: is anybody at home there? A place between the groups may find no one who chooses it.",
)
def random_centers(X, k, rng):
    return rng.uniform(X.min(axis=0), X.max(axis=0), size=(k, X.shape[1]))


@misconception(
    "q1",
    "draws every coordinate from another row",
    hint="Take X with rows (1, 10), (2, 20), (3, 30). A centre at (1, 30) is nobody's place: both coordinates must come from one row.",
)
def random_centers(X, k, rng):
    return np.column_stack([rng.choice(column, size=k, replace=False) for column in X.T])


@misconception(
    "q1",
    "uses NumPy's global generator",
    hint="Make two generators with the same seed and call your function with each. Which generator do you draw from: the one you were given?",
)
def random_centers(X, k, rng):
    return X[np.random.permutation(len(X))[:k]]


@misconception(
    "q1",
    "makes its own generator with a fixed seed",
    hint="Your answer does not depend on rng. Whoever calls you with ten different generators gets ten times the same start.",
)
def random_centers(X, k, rng):
    rng = np.random.default_rng(0)
    return X[rng.choice(len(X), size=k, replace=False)]


@misconception(
    "q1",
    "takes k neighbouring rows from a random place on",
    hint="With 2 of 4 rows, do you ever get the first together with the third? Every set of k rows should be equally likely.",
)
def random_centers(X, k, rng):
    return X[(rng.integers(len(X)) + np.arange(k)) % len(X)]


@misconception(
    "q1",
    "draws among different places, not among rows",
    hint="Ninety people in one house are ninety rows. If they count as one, a crowded house is as likely as a lonely one; and is k = n still possible?",
)
def random_centers(X, k, rng):
    return rng.choice(np.unique(X, axis=0), size=k, replace=False)


@misconception(
    "q1",
    "returns the numbers of the rows, not the rows",
    hint="You return which rows were drawn. A centre is a place: look up what stands in those rows of X.",
)
def random_centers(X, k, rng):
    return rng.choice(len(X), size=k, replace=False)


# ---------------------------------------------------------------------------------------------- q2


@misconception(
    "q2",
    "chooses in proportion to the distance, not its square",
    hint="Fifty people at distance 1 and one at distance 8: how do their chances compare with D, and how with D²? You forgot a square (or took a root).",
)
def kmeans_plus_plus(X, k, rng):
    mu = [X[rng.integers(len(X))]]
    while len(mu) < k:
        distance = np.min([np.linalg.norm(X - m, axis=1) for m in mu], axis=0)
        p = distance / distance.sum() if distance.any() else None
        mu.append(X[rng.choice(len(X), p=p)])
    return np.array(mu)


@misconception(
    "q2",
    "always takes the farthest point",
    hint="That is the farthest-first rule. It never fails to pick the outlier. In k-means++ a far point is likely, not certain: where do you draw?",
)
def kmeans_plus_plus(X, k, rng):
    mu = [X[rng.integers(len(X))]]
    while len(mu) < k:
        squared = np.min([np.sum((X - m) ** 2, axis=1) for m in mu], axis=0)
        mu.append(X[np.argmax(squared)])
    return np.array(mu)


@misconception(
    "q2",
    "chooses all centres uniformly",
    hint="Put 50 people at 0 and one at 8. After a centre at 0, who has D² = 0? Give the chances to the draw: choice has a parameter for them.",
)
def kmeans_plus_plus(X, k, rng):
    return X[rng.choice(len(X), size=k, replace=False)]


@misconception(
    "q2",
    "measures to the newest centre only",
    hint="After the third centre, a person next to the first one still has a centre at the door. Keep the smallest distance to all of them.",
)
def kmeans_plus_plus(X, k, rng):
    mu = [X[rng.integers(len(X))]]
    while len(mu) < k:
        squared = np.sum((X - mu[-1]) ** 2, axis=1)
        p = squared / squared.sum() if squared.any() else None
        mu.append(X[rng.choice(len(X), p=p)])
    return np.array(mu)


@misconception(
    "q2",
    "measures to the first centre only",
    hint="Your chances never change after the first draw. Who lives next to the second centre should have little chance to become the third.",
)
def kmeans_plus_plus(X, k, rng):
    first = X[rng.integers(len(X))]
    squared = np.sum((X - first) ** 2, axis=1)
    p = squared / squared.sum() if squared.any() else None
    return np.vstack([first[None], X[rng.choice(len(X), size=k - 1, p=p)]])


@misconception(
    "q2",
    "adds up the distances to all centres",
    hint="Someone with a centre at the door and another far away: is that a bad place to be? Only the nearest centre counts; a sum counts all.",
)
def kmeans_plus_plus(X, k, rng):
    mu = [X[rng.integers(len(X))]]
    while len(mu) < k:
        squared = np.sum([np.sum((X - m) ** 2, axis=1) for m in mu], axis=0)
        p = squared / squared.sum() if squared.any() else None
        mu.append(X[rng.choice(len(X), p=p)])
    return np.array(mu)


@misconception(
    "q2",
    "divides 0 by 0 when every point has a centre",
    hint="Six people in one house and k = 4: what is the sum of all D² after the first centre, and what do you divide by it?",
)
def kmeans_plus_plus(X, k, rng):
    mu = [X[rng.integers(len(X))]]
    while len(mu) < k:
        squared = np.min([np.sum((X - m) ** 2, axis=1) for m in mu], axis=0)
        with np.errstate(invalid="ignore"):
            mu.append(X[rng.choice(len(X), p=squared / squared.sum())])
    return np.array(mu)


@misconception(
    "q2",
    "always starts at the first row",
    hint="Call your function a hundred times and look at row 0 of the answers. Which person may become the first centre?",
)
def kmeans_plus_plus(X, k, rng):
    mu = [X[0]]
    while len(mu) < k:
        squared = np.min([np.sum((X - m) ** 2, axis=1) for m in mu], axis=0)
        p = squared / squared.sum() if squared.any() else None
        mu.append(X[rng.choice(len(X), p=p)])
    return np.array(mu)


@misconception(
    "q2",
    "squares twice",
    hint="Fifty people at distance 1 and one at distance 8. In proportion to D² the lonely one has chance 64 in 114; what has yours? "
    "A helper may have squared for you already.",
)
def kmeans_plus_plus(X, k, rng):
    mu = [X[rng.integers(len(X))]]
    while len(mu) < k:
        squared = np.min([cdist([m], X, "sqeuclidean")[0] for m in mu], axis=0)
        p = squared**2 / np.sum(squared**2) if squared.any() else None
        mu.append(X[rng.choice(len(X), p=p)])
    return np.array(mu)


@misconception(
    "q2",
    "uses NumPy's global generator",
    hint="Make two generators with the same seed and call your function with each. Which generator do you draw from: the one you were given?",
)
def kmeans_plus_plus(X, k, rng):
    mu = [X[np.random.randint(len(X))]]
    while len(mu) < k:
        squared = np.min([np.sum((X - m) ** 2, axis=1) for m in mu], axis=0)
        p = squared / squared.sum() if squared.any() else None
        mu.append(X[np.random.choice(len(X), p=p)])
    return np.array(mu)


# ---------------------------------------------------------------------------------------------- q3


@misconception(
    "q3",
    "returns the last run, not the best",
    hint="Print the loss of each run. You throw all but the last away; where do you remember the best one so far?",
)
def best_of_restarts(X, k, restarts, rng):
    for _ in range(restarts):
        mu, y, loss = lloyd(X, random_centers(X, k, rng))
    return mu, y, loss


@misconception(
    "q3",
    "keeps the largest loss",
    hint="Print the loss of each run and the one that you return. A loss is what people walk: do you want the most of it?",
)
def best_of_restarts(X, k, restarts, rng):
    runs = [lloyd(X, random_centers(X, k, rng)) for _ in range(restarts)]
    return max(runs, key=lambda run: run[2])


@misconception(
    "q3",
    "draws one start and runs it again and again",
    hint="K-means itself has no chance in it: the same start gives the same end. Print the starts inside your loop. Are they different?",
)
def best_of_restarts(X, k, restarts, rng):
    start = random_centers(X, k, rng)
    runs = [lloyd(X, start) for _ in range(restarts)]
    return min(runs, key=lambda run: run[2])


@misconception(
    "q3",
    "makes a generator with the same seed in every round",
    hint="A new generator with an old seed repeats itself. Print the starts inside your loop: they are all the same. Use the rng that you were given.",
)
def best_of_restarts(X, k, restarts, rng):
    best = None
    for _ in range(restarts):
        rng = np.random.default_rng(42)
        run = lloyd(X, random_centers(X, k, rng))
        if best is None or run[2] < best[2]:
            best = run
    return best


@misconception(
    "q3",
    "averages the centres of all runs",
    hint="Centre 0 of one run need not be centre 0 of another: labels are only names. The mean of a left truck and a right truck stands in the river.",
)
def best_of_restarts(X, k, restarts, rng):
    runs = [lloyd(X, random_centers(X, k, rng)) for _ in range(restarts)]
    mu = np.mean([run[0] for run in runs], axis=0)
    squared = cdist(X, mu, "sqeuclidean")
    return mu, squared.argmin(axis=1), squared.min(axis=1).sum()


@misconception(
    "q3",
    "keeps the least loss but the choices of the last run",
    hint="Compute the loss from the mu and y that you return: is it the loss that you return? All three must come from one and the same run.",
)
def best_of_restarts(X, k, restarts, rng):
    best_mu, best_loss = None, np.inf
    for _ in range(restarts):
        mu, y, loss = lloyd(X, random_centers(X, k, rng))
        if loss < best_loss:
            best_mu, best_loss = mu, loss
    return best_mu, y, best_loss


@misconception(
    "q3",
    "does one run too few",
    hint="What does range(1, restarts) hold when restarts is 1? Count how often your loop really runs.",
)
def best_of_restarts(X, k, restarts, rng):
    best_mu, best_y, best_loss = None, None, np.inf
    for _ in range(1, restarts):
        mu, y, loss = lloyd(X, random_centers(X, k, rng))
        if loss < best_loss:
            best_mu, best_y, best_loss = mu, y, loss
    return best_mu, best_y, best_loss


@misconception(
    "q3",
    "does thirty runs, whatever is asked",
    hint="With restarts = 1 you find the best clustering far too often. How many runs do you make, and who says how many?",
)
def best_of_restarts(X, k, restarts, rng):
    return min((lloyd(X, random_centers(X, k, rng)) for _ in range(30)), key=lambda run: run[2])


@misconception(
    "q3",
    "starts from k-means++",
    hint="A better start, as a rule, but not what the question asks: each run starts from random rows, so that one sees what restarts alone can do.",
)
def best_of_restarts(X, k, restarts, rng):
    return min((lloyd(X, kmeans_plus_plus(X, k, rng)) for _ in range(restarts)), key=lambda run: run[2])


# ---------------------------------------------------------------------------------------------- q4


@misconception(
    "q4",
    "looks only at who is with the nearest centre",
    hint="Move one truck a little, so little that nobody changes. Everybody is still with the nearest truck; is the truck still in the best place?",
)
def is_local_minimum(X, mu, y):
    distances = cdist(X, mu)
    own = distances[np.arange(len(X)), y]
    torn = (np.sum(distances < own[:, None] + 1e-6, axis=1) > 1) & (own > 1e-6)
    return bool(np.all(own < distances.min(axis=1) + 1e-6) and not torn.any())


@misconception(
    "q4",
    "looks only at the means",
    hint="Swap two people between two trucks and park both trucks at their new means. Would those two people stay with their trucks?",
)
def is_local_minimum(X, mu, y):
    return all(np.allclose(X[y == j].mean(axis=0), mu[j], atol=1e-6) for j in np.unique(y))


@misconception(
    "q4",
    "forgets the torn: a round of k-means that changes nothing is enough",
    hint="People at 0, 2 and 3, trucks at 1 and 3. K-means stops there. Now push the second truck to 2.9 and compute the loss again.",
)
def is_local_minimum(X, mu, y):
    distances = cdist(X, mu)
    stays = np.all(distances[np.arange(len(X)), y] < distances.min(axis=1) + 1e-6)
    return bool(stays) and all(np.allclose(X[y == j].mean(axis=0), mu[j], atol=1e-6) for j in np.unique(y))


@misconception(
    "q4",
    "compares numbers for exact equality",
    hint="Is 0.1 + 0.2 == 0.3 in Python? A mean computed in another order differs in its last digit. The notes say what counts as equal.",
)
def is_local_minimum(X, mu, y):
    distances = cdist(X, mu)
    nearest = distances.min(axis=1)
    torn = (np.sum(distances == nearest[:, None], axis=1) > 1) & (nearest > 0)
    stays = np.all(distances[np.arange(len(X)), y] == nearest)
    return bool(stays and not torn.any() and all(np.array_equal(X[y == j].mean(axis=0), mu[j]) for j in np.unique(y)))


@misconception(
    "q4",
    "takes the mean of nobody",
    hint="What is the mean of the people of a truck that nobody chose? Print it. Condition (2) speaks only of centres that somebody has chosen.",
)
def is_local_minimum(X, mu, y):
    import warnings

    distances = cdist(X, mu)
    nearest = distances.min(axis=1)
    torn = (np.sum(distances < nearest[:, None] + 1e-6, axis=1) > 1) & (nearest > 1e-6)
    stays = np.all(distances[np.arange(len(X)), y] < nearest + 1e-6)
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore")
        centred = all(np.allclose(X[y == j].mean(axis=0), mu[j], atol=1e-6) for j in range(len(mu)))
    return bool(stays and not torn.any() and centred)


@misconception(
    "q4",
    "asks whether it is the best of all",
    hint="Look at the four people with trucks at top and bottom: nine times as bad as the best, and yet no small step helps. Local is not global.",
)
def is_local_minimum(X, mu, y):
    loss = np.sum((X - mu[y]) ** 2)
    rng = np.random.default_rng(0)
    best = min(lloyd(X, kmeans_plus_plus(X, len(mu), rng))[2] for _ in range(20))
    return bool(loss <= best + 1e-6)


@misconception(
    "q4",
    "calls a point torn that coincides with two centres",
    hint="Two trucks at one person's door: the walk is 0, and no step of either truck can make it less than 0. Read condition (3) to its end.",
)
def is_local_minimum(X, mu, y):
    distances = cdist(X, mu)
    nearest = distances.min(axis=1)
    torn = np.sum(distances < nearest[:, None] + 1e-6, axis=1) > 1
    stays = np.all(distances[np.arange(len(X)), y] < nearest + 1e-6)
    centred = all(np.allclose(X[y == j].mean(axis=0), mu[j], atol=1e-6) for j in np.unique(y))
    return bool(stays and centred and not torn.any())


@misconception(
    "q4",
    "returns one verdict for each point",
    hint="Look at the shape of what you return. The question asks about the whole clustering: one True or False.",
)
def is_local_minimum(X, mu, y):
    distances = cdist(X, mu)
    return distances[np.arange(len(X)), y] < distances.min(axis=1) + 1e-6
