# ruff: noqa: F821 (the notebook gives `lloyd`; the module is named like the chapter's address)
"""What students really write in the assignment `choosing-k`, and the hint that helps each of them see it."""

import numpy as np

from solutions.variants import misconception

# ---------------------------------------------------------------------------------------------- q1


@misconception(
    "q1",
    "lets the curve rise: each k on its own",
    hint="Thirty runs may all end badly. If you have seen a smaller loss with fewer centres, can more centres be worse? "
    "Think of a centre that nobody chooses.",
)
def loss_curve(X, ks, rng):
    curve = []
    for k in ks:
        losses = [lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2] for _ in range(30)]
        curve.append(min(losses))
    return np.array(curve)


@misconception(
    "q1",
    "runs k-means only once for each k",
    hint="A single run stops in the first valley that it meets. Look at three groups of which two are close together, again and "
    "again: how often does one run miss them?",
)
def loss_curve(X, ks, rng):
    loss = {k: lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2] for k in ks}
    return np.array([min(loss[j] for j in ks if j <= k) for k in ks])


@misconception(
    "q1",
    "averages over the runs",
    hint="A bad run tells you about the start, not about k. Which of thirty runs says most about what k centres can do?",
)
def loss_curve(X, ks, rng):
    loss = {k: np.mean([lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2] for _ in range(30)]) for k in ks}
    return np.array([min(loss[j] for j in ks if j <= k) for k in ks])


@misconception(
    "q1",
    "takes the mean over points",
    hint="Put every point there twice: the loss should double. Does yours?",
)
def loss_curve(X, ks, rng):
    loss = {}
    for k in ks:
        loss[k] = min(lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2] for _ in range(30)) / len(X)
    return np.array([min(loss[j] for j in ks if j <= k) for k in ks])


@misconception(
    "q1",
    "returns the curve sorted by k",
    hint="Ask for ks = [4, 1]. Which entry of the answer should be zero, and which is?",
)
def loss_curve(X, ks, rng):
    least, curve = np.inf, []
    for k in sorted(ks):
        for _ in range(30):
            least = min(least, lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2])
        curve.append(least)
    return np.array(curve)


@misconception(
    "q1",
    "keeps the running minimum in the order of ks, not of k",
    hint="Ask for ks = [4, 1]. One centre cannot do what four can: from which entries may an entry learn?",
)
def loss_curve(X, ks, rng):
    least, curve = np.inf, []
    for k in ks:
        for _ in range(30):
            least = min(least, lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2])
        curve.append(least)
    return np.array(curve)


@misconception(
    "q1",
    "tries 1, 2, 3, … whatever ks says",
    hint="Ask for ks = [2, 4]: how many centres do your runs have?",
)
def loss_curve(X, ks, rng):
    least, curve = np.inf, []
    for k in range(1, len(ks) + 1):
        for _ in range(30):
            least = min(least, lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2])
        curve.append(least)
    return np.array(curve)


@misconception(
    "q1",
    "takes the square root of the loss",
    hint="The k-means loss is a sum of squares, in squared units. Is there a root in it?",
)
def loss_curve(X, ks, rng):
    loss = {}
    for k in ks:
        loss[k] = min(lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2] for _ in range(30)) ** 0.5
    return np.array([min(loss[j] for j in ks if j <= k) for k in ks])


@misconception(
    "q1",
    "draws from a generator of its own",
    hint="Give your function two generators made from the same seed. Do you get the same curve twice? Whose dice do you throw?",
)
def loss_curve(X, ks, rng):
    rng = np.random.default_rng()
    loss = {}
    for k in ks:
        loss[k] = min(lloyd(X, X[rng.choice(len(X), size=k, replace=False)])[2] for _ in range(30))
    return np.array([min(loss[j] for j in ks if j <= k) for k in ks])


# ---------------------------------------------------------------------------------------------- q2


@misconception(
    "q2",
    "counts the point itself in its own cluster's mean",
    hint="Two points at distance 2 share a cluster. How far is each from the *other* members: 2, or 1? By what do you divide?",
)
def silhouette(X, y):
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    result = np.zeros(len(X))
    for i in range(len(X)):
        a = distances[i, y == y[i]].mean()
        b = min(distances[i, y == j].mean() for j in set(y.tolist()) - {int(y[i])})
        if (y == y[i]).sum() > 1 and max(a, b) > 0:
            result[i] = (b - a) / max(a, b)
    return result


@misconception(
    "q2",
    "takes b from the nearest foreign point",
    hint="b is a mean over a whole cluster. In your code, does it matter where the far members of the next cluster are?",
)
def silhouette(X, y):
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    result = np.zeros(len(X))
    for i in range(len(X)):
        own = (y == y[i]) & (np.arange(len(X)) != i)
        if own.any():
            a, b = distances[i, own].mean(), distances[i, y != y[i]].min()
            result[i] = (b - a) / max(a, b) if max(a, b) > 0 else 0
    return result


@misconception(
    "q2",
    "takes b over all foreign points together",
    hint="With three clusters, move the farthest one away. The nearest foreign cluster has not changed; has your b?",
)
def silhouette(X, y):
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    result = np.zeros(len(X))
    for i in range(len(X)):
        own = (y == y[i]) & (np.arange(len(X)) != i)
        if own.any():
            a, b = distances[i, own].mean(), distances[i, y != y[i]].mean()
            result[i] = (b - a) / max(a, b) if max(a, b) > 0 else 0
    return result


@misconception(
    "q2",
    "squares the distances",
    hint="The k-means loss squares; the silhouette does not. Points at 0, 2 and 10: the first has a = 2. What do you get?",
)
def silhouette(X, y):
    distances = ((X[:, None] - X[None]) ** 2).sum(axis=2)
    result = np.zeros(len(X))
    for i in range(len(X)):
        own = (y == y[i]) & (np.arange(len(X)) != i)
        if own.any():
            a = distances[i, own].mean()
            b = min(distances[i, y == j].mean() for j in set(y.tolist()) - {int(y[i])})
            result[i] = (b - a) / max(a, b) if max(a, b) > 0 else 0
    return result


@misconception(
    "q2",
    "measures to the centres instead of the points",
    hint="A mean of distances is not the distance to the mean: think of a point in the middle of a ring.",
)
def silhouette(X, y):
    names = np.unique(y)
    centers = np.array([X[y == j].mean(axis=0) for j in names])
    result = np.zeros(len(X))
    for i in range(len(X)):
        walks = np.sqrt(((X[i] - centers) ** 2).sum(axis=1))
        a, b = walks[names == y[i]][0], walks[names != y[i]].min()
        if (y == y[i]).sum() > 1 and max(a, b) > 0:
            result[i] = (b - a) / max(a, b)
    return result


@misconception(
    "q2",
    "gives 1 to a point that is alone",
    hint="Give every point a cluster of its own. Should that be the best clustering of all? Read the notes on points that are alone.",
)
def silhouette(X, y):
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    result = np.zeros(len(X))
    for i in range(len(X)):
        own = (y == y[i]) & (np.arange(len(X)) != i)
        a = distances[i, own].mean() if own.any() else 0.0
        b = min(distances[i, y == j].mean() for j in set(y.tolist()) - {int(y[i])})
        result[i] = (b - a) / max(a, b) if max(a, b) > 0 else 0
    return result


@misconception(
    "q2",
    "returns the mean over all points",
    hint="Look at the shape that is asked for. The mean hides which points are badly placed.",
)
def silhouette(X, y):
    from sklearn.metrics import silhouette_score

    return silhouette_score(X, y)


@misconception(
    "q2",
    "has the sign the wrong way round",
    hint="A point far from all foreign clusters and close to its own should get nearly +1. What do you give it?",
)
def silhouette(X, y):
    from sklearn.metrics import silhouette_samples

    return -silhouette_samples(X, y)


@misconception(
    "q2",
    "divides by b instead of the larger of the two",
    hint="Put a point into the wrong cluster on purpose. Is your value still at least -1?",
)
def silhouette(X, y):
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    result = np.zeros(len(X))
    for i in range(len(X)):
        own = (y == y[i]) & (np.arange(len(X)) != i)
        if own.any():
            a = distances[i, own].mean()
            b = min(distances[i, y == j].mean() for j in set(y.tolist()) - {int(y[i])})
            result[i] = (b - a) / b if b > 0 else 0
    return result


@misconception(
    "q2",
    "expects every number below the largest label to have points",
    hint="k-means can leave a cluster empty: try labels 0, 0, 2, 2. What is the mean of no distances, and what does a minimum make of it?",
)
def silhouette(X, y):
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    k, result = max(y) + 1, np.zeros(len(X))
    with np.errstate(invalid="ignore", divide="ignore"):
        sums = np.array([distances[:, y == j].sum(axis=1) for j in range(k)]).T
        counts = np.array([(y == j).sum() for j in range(k)])
        means = sums / counts
    for i in range(len(X)):
        if counts[y[i]] > 1:
            a, b = sums[i, y[i]] / (counts[y[i]] - 1), np.delete(means[i], y[i]).min()
            result[i] = (b - a) / max(a, b) if max(a, b) > 0 else 0
    return result


@misconception(
    "q2",
    "divides 0 by 0 where points coincide",
    hint="Put four points on one spot, in two clusters. Then a = b = 0; what does the docstring say, and what do you return?",
)
def silhouette(X, y):
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    result = np.zeros(len(X))
    for i in range(len(X)):
        own = (y == y[i]) & (np.arange(len(X)) != i)
        if own.any():
            a = distances[i, own].mean()
            b = min(distances[i, y == j].mean() for j in set(y.tolist()) - {int(y[i])})
            with np.errstate(invalid="ignore"):
                result[i] = (b - a) / np.maximum(a, b)
    return result


# ---------------------------------------------------------------------------------------------- q3


@misconception(
    "q3",
    "takes the gap the wrong way round",
    hint="Good clusters make the loss of the data smaller than the reference's. Should that give a large gap or a small one?",
)
def gap_statistic(X, ks, rng, references=20):
    low, high = X.min(axis=0), X.max(axis=0)
    table = np.array([np.log(loss_curve(rng.uniform(low, high, X.shape), ks, rng)) for _ in range(references)])
    gap = np.log(loss_curve(X, ks, rng)) - table.mean(axis=0)
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "takes the log of the mean, not the mean of the logs",
    hint="The formula averages logarithms. Try two references with losses 1 and 100: the mean of the logs is log 10; what is yours?",
)
def gap_statistic(X, ks, rng, references=20):
    low, high = X.min(axis=0), X.max(axis=0)
    losses = np.array([loss_curve(rng.uniform(low, high, X.shape), ks, rng) for _ in range(references)])
    gap = np.log(losses.mean(axis=0)) - np.log(loss_curve(X, ks, rng))
    return gap, np.log(losses).std(axis=0) * np.sqrt(1 + 1 / references), np.log(losses)


@misconception(
    "q3",
    "forgets the logarithm",
    hint="Measure the data in metres instead of kilometres: every loss is a million times as large. A gap should not notice. Does yours?",
)
def gap_statistic(X, ks, rng, references=20):
    low, high = X.min(axis=0), X.max(axis=0)
    table = np.array([loss_curve(rng.uniform(low, high, X.shape), ks, rng) for _ in range(references)])
    gap = table.mean(axis=0) - loss_curve(X, ks, rng)
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "takes logarithms to base 10",
    hint="np.log10 is another unit. Which logarithm does the docstring name?",
)
def gap_statistic(X, ks, rng, references=20):
    low, high = X.min(axis=0), X.max(axis=0)
    table = np.array([np.log10(loss_curve(rng.uniform(low, high, X.shape), ks, rng)) for _ in range(references)])
    gap = table.mean(axis=0) - np.log10(loss_curve(X, ks, rng))
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "leaves out the factor for the error of the mean",
    hint="With B references the mean is itself uncertain. Which factor stands beside the standard deviation?",
)
def gap_statistic(X, ks, rng, references=20):
    low, high = X.min(axis=0), X.max(axis=0)
    table = np.array([np.log(loss_curve(rng.uniform(low, high, X.shape), ks, rng)) for _ in range(references)])
    return table.mean(axis=0) - np.log(loss_curve(X, ks, rng)), table.std(axis=0), table


@misconception(
    "q3",
    "divides by the root of B, as for a standard error of the mean",
    hint="s is the spread of a single reference and the error of the mean together; it does not vanish as B grows. Does yours?",
)
def gap_statistic(X, ks, rng, references=20):
    low, high = X.min(axis=0), X.max(axis=0)
    table = np.array([np.log(loss_curve(rng.uniform(low, high, X.shape), ks, rng)) for _ in range(references)])
    return table.mean(axis=0) - np.log(loss_curve(X, ks, rng)), table.std(axis=0) / np.sqrt(references), table


@misconception(
    "q3",
    "divides by B - 1 in the standard deviation",
    hint="Which divisor does the docstring name? Try references=1: the spread of one number is 0, not undefined.",
)
def gap_statistic(X, ks, rng, references=20):
    import warnings

    low, high = X.min(axis=0), X.max(axis=0)
    table = np.array([np.log(loss_curve(rng.uniform(low, high, X.shape), ks, rng)) for _ in range(references)])
    gap = table.mean(axis=0) - np.log(loss_curve(X, ks, rng))
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore")
        return gap, table.std(axis=0, ddof=1) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "draws from the unit cube, not from the box of the data",
    hint="Compare the ranges of a reference and of the data, column by column. In which units is each measured?",
)
def gap_statistic(X, ks, rng, references=20):
    table = np.array([np.log(loss_curve(rng.uniform(size=X.shape), ks, rng)) for _ in range(references)])
    gap = table.mean(axis=0) - np.log(loss_curve(X, ks, rng))
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "uses one range for all columns",
    hint="X.min() is one number for the whole table. If one column is a thousand times wider than another, what does your reference look like?",
)
def gap_statistic(X, ks, rng, references=20):
    table = np.array([np.log(loss_curve(rng.uniform(X.min(), X.max(), X.shape), ks, rng)) for _ in range(references)])
    gap = table.mean(axis=0) - np.log(loss_curve(X, ks, rng))
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "draws the reference from a normal distribution",
    hint="Plot a reference data set beside the data. Does it fill a box evenly, or does it crowd in the middle?",
)
def gap_statistic(X, ks, rng, references=20):
    table = np.array(
        [np.log(loss_curve(rng.normal(X.mean(axis=0), X.std(axis=0), X.shape), ks, rng)) for _ in range(references)]
    )
    gap = table.mean(axis=0) - np.log(loss_curve(X, ks, rng))
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "shuffles the columns of the data instead of drawing uniformly",
    hint="A shuffled column keeps its clumps. Two clumps in each column: how many clumps do the shuffled points have?",
)
def gap_statistic(X, ks, rng, references=20):
    table = np.array([np.log(loss_curve(rng.permuted(X, axis=0), ks, rng)) for _ in range(references)])
    gap = table.mean(axis=0) - np.log(loss_curve(X, ks, rng))
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "uses the same reference data set B times",
    hint="Look at two rows of your table of logs. Should they be so alike? When do you draw?",
)
def gap_statistic(X, ks, rng, references=20):
    Z = rng.uniform(X.min(axis=0), X.max(axis=0), X.shape)
    row = np.log(loss_curve(Z, ks, rng))
    table = np.array([row for _ in range(references)])
    gap = table.mean(axis=0) - np.log(loss_curve(X, ks, rng))
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


@misconception(
    "q3",
    "draws one number for all coordinates of a point",
    hint="Plot a reference data set with two columns. Does it fill the box, or does it lie on a line?",
)
def gap_statistic(X, ks, rng, references=20):
    low, high = X.min(axis=0), X.max(axis=0)
    table = np.array(
        [np.log(loss_curve(low + (high - low) * rng.uniform(size=(len(X), 1)), ks, rng)) for _ in range(references)]
    )
    gap = table.mean(axis=0) - np.log(loss_curve(X, ks, rng))
    return gap, table.std(axis=0) * np.sqrt(1 + 1 / references), table


# ---------------------------------------------------------------------------------------------- q4


@misconception(
    "q4",
    "takes the largest gap",
    hint="A slightly larger gap further on may be chance, and the curve may rise again much later. Which k does the rule stop at?",
)
def choose_k(ks, gap, s):
    return int(ks[np.argmax(gap)])


@misconception(
    "q4",
    "subtracts s(k) instead of s(next k)",
    hint="Whose error bar hangs down to Gap(k): that of k itself, or that of its right-hand neighbour?",
)
def choose_k(ks, gap, s):
    for i in range(len(ks) - 1):
        if gap[i] >= gap[i + 1] - s[i]:
            return int(ks[i])
    return int(ks[-1])


@misconception(
    "q4",
    "forgets the standard error",
    hint="Gap(k) need not be as large as the next one: it is enough to be within its standard error.",
)
def choose_k(ks, gap, s):
    for i in range(len(ks) - 1):
        if gap[i] >= gap[i + 1]:
            return int(ks[i])
    return int(ks[-1])


@misconception(
    "q4",
    "adds the standard error instead of subtracting it",
    hint="Make the error bars very long: nothing can then be told apart, and the smallest k should win. Does it?",
)
def choose_k(ks, gap, s):
    for i in range(len(ks) - 1):
        if gap[i] >= gap[i + 1] + s[i + 1]:
            return int(ks[i])
    return int(ks[-1])


@misconception(
    "q4",
    "returns the place in the list, not k",
    hint="Try ks = [2, 5, 9]. Is your answer one of them?",
)
def choose_k(ks, gap, s):
    for i in range(len(ks) - 1):
        if gap[i] >= gap[i + 1] - s[i + 1]:
            return i
    return len(ks) - 1


@misconception(
    "q4",
    "takes the largest k that satisfies the rule",
    hint="Your loop goes on after it has found one. Which of them does the rule want?",
)
def choose_k(ks, gap, s):
    chosen = ks[-1]
    for i in range(len(ks) - 1):
        if gap[i] >= gap[i + 1] - s[i + 1]:
            chosen = ks[i]
    return int(chosen)


@misconception(
    "q4",
    "asks for strictly more",
    hint="What if both sides are exactly equal? Look at the sign in the rule.",
)
def choose_k(ks, gap, s):
    for i in range(len(ks) - 1):
        if gap[i] > gap[i + 1] - s[i + 1]:
            return int(ks[i])
    return int(ks[-1])


@misconception(
    "q4",
    "falls back on the largest gap, or on nothing",
    hint="Let the gaps rise to the end, or give a single k. What does the docstring ask for when no k satisfies the rule?",
)
def choose_k(ks, gap, s):
    for i in range(len(ks) - 1):
        if gap[i] >= gap[i + 1] - s[i + 1]:
            return int(ks[i])
    return int(ks[0])


@misconception(
    "q4",
    "never looks at k = 1",
    hint="The rule may answer 1: no clusters at all. Where does your search begin?",
)
def choose_k(ks, gap, s):
    for i in range(1, len(ks) - 1):
        if gap[i] >= gap[i + 1] - s[i + 1]:
            return int(ks[i])
    return int(ks[-1])


# ---------------------------------------------------------------------------------------------- q5


@misconception(
    "q5",
    "averages the purities of the clusters",
    hint="A cluster of one is always pure. Should it weigh as much as a cluster of a thousand?",
)
def purity(y, labels):
    return np.mean([np.unique(labels[y == j], return_counts=True)[1].max() / (y == j).sum() for j in np.unique(y)])


@misconception(
    "q5",
    "compares the names: accuracy",
    hint="Rename the clusters: 0 becomes 7. The groups are the same; is your number?",
)
def purity(y, labels):
    return np.mean(y == labels)


@misconception(
    "q5",
    "exchanges clusters and labels",
    hint="Give every point a cluster of its own. Every cluster is pure then; what do you return?",
)
def purity(y, labels):
    return sum(np.unique(y[labels == c], return_counts=True)[1].max() for c in np.unique(labels)) / len(y)


@misconception(
    "q5",
    "lets each label be taken by one cluster only",
    hint="Two clusters may both be mostly cats. Purity counts both; do you?",
)
def purity(y, labels):
    from scipy.optimize import linear_sum_assignment
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(labels, y)
    return table[linear_sum_assignment(-table)].sum() / len(y)


@misconception(
    "q5",
    "counts all labels that are equally frequent",
    hint="A cluster of two cats and two dogs is half pure. Do you count the ties once, or twice?",
)
def purity(y, labels):
    total = 0
    for j in np.unique(y):
        counts = np.unique(labels[y == j], return_counts=True)[1]
        total += counts[counts == counts.max()].sum()
    return total / len(y)


@misconception(
    "q5",
    "counts only clusters that are wholly pure",
    hint="A cluster with one stranger among a hundred is not worth nothing. What is the share of its most frequent label?",
)
def purity(y, labels):
    return sum((y == j).sum() for j in np.unique(y) if len(np.unique(labels[y == j])) == 1) / len(y)


@misconception(
    "q5",
    "forgets to divide by n",
    hint="A share lies between 0 and 1. What do you divide by?",
)
def purity(y, labels):
    return sum(np.unique(labels[y == j], return_counts=True)[1].max() for j in np.unique(y))


@misconception(
    "q5",
    "needs labels that count from 0",
    hint="Try labels such as -3 and 700: any integers may serve as names. What does np.bincount want?",
)
def purity(y, labels):
    return sum(np.bincount(labels[y == j]).max() for j in range(max(y) + 1)) / len(y)


# ---------------------------------------------------------------------------------------------- q6


@misconception(
    "q6",
    "is the Rand index, without the correction",
    hint="Shuffle the labels of a large example: chance alone should give about 0. What do you get?",
)
def adjusted_rand(y, labels):
    from sklearn.metrics import rand_score

    return rand_score(y, labels)


@misconception(
    "q6",
    "subtracts chance and forgets to scale",
    hint="Two equal partitions should get exactly 1. What is the largest value that your formula can reach?",
)
def adjusted_rand(y, labels):
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(y, labels).astype(float)
    total = len(y) * (len(y) - 1) / 2
    s = (table * (table - 1)).sum() / 2
    a, b = ((table.sum(axis=f) * (table.sum(axis=f) - 1)).sum() / 2 for f in (1, 0))
    return (s - a * b / total) / total if total else 1.0


@misconception(
    "q6",
    "takes all pairs for the largest possible number",
    hint="Two equal partitions should get exactly 1. How many pairs are together in both of them at most: all pairs, or only U?",
)
def adjusted_rand(y, labels):
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(y, labels).astype(float)
    total = len(y) * (len(y) - 1) / 2
    s = (table * (table - 1)).sum() / 2
    a, b = ((table.sum(axis=f) * (table.sum(axis=f) - 1)).sum() / 2 for f in (1, 0))
    return 1.0 if total in (0, a * b / total if total else 0) else (s - a * b / total) / (total - a * b / total)


@misconception(
    "q6",
    "takes the smaller of P and Q for U",
    hint="U is the mean of P and Q. Try a partition against one that splits its groups.",
)
def adjusted_rand(y, labels):
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(y, labels).astype(float)
    total = len(y) * (len(y) - 1) / 2
    s = (table * (table - 1)).sum() / 2
    a, b = ((table.sum(axis=f) * (table.sum(axis=f) - 1)).sum() / 2 for f in (1, 0))
    if total == 0 or min(a, b) == a * b / total:
        return 1.0
    return (s - a * b / total) / (min(a, b) - a * b / total)


@misconception(
    "q6",
    "counts each point as a pair with itself",
    hint="A group of 3 has 3 pairs, not 9 and not 4.5. How many ways are there to choose two of N points?",
)
def adjusted_rand(y, labels):
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(y, labels).astype(float)
    s, a, b, total = (table**2).sum(), (table.sum(axis=1) ** 2).sum(), (table.sum(axis=0) ** 2).sum(), len(y) ** 2
    most = (a + b) / 2 - a * b / total
    return (s - a * b / total) / most if most else 1.0


@misconception(
    "q6",
    "divides 0 by 0 for the trivial partitions",
    hint="Put all points together in both arrays, or leave every point alone in both. What do you return, and what does the docstring say?",
)
def adjusted_rand(y, labels):
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(y, labels).astype(float)
    total = len(y) * (len(y) - 1) / 2
    s = (table * (table - 1)).sum() / 2
    a, b = ((table.sum(axis=f) * (table.sum(axis=f) - 1)).sum() / 2 for f in (1, 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.float64(a * b) / total
        return (s - expected) / ((a + b) / 2 - expected)


@misconception(
    "q6",
    "returns 0 for the trivial partitions",
    hint="Two equal partitions agree, even where there is nothing to tell apart. Compare one group with one group.",
)
def adjusted_rand(y, labels):
    from sklearn.metrics import adjusted_rand_score

    trivial = len(np.unique(y)) == len(np.unique(labels)) and len(np.unique(y)) in (1, len(y))
    return 0.0 if trivial else adjusted_rand_score(y, labels)


@misconception(
    "q6",
    "returns 1 for every trivial partition, whatever the other one is",
    hint="One group against all points alone: they agree about no pair. Which of the two is the case that divides 0 by 0?",
)
def adjusted_rand(y, labels):
    from sklearn.metrics import adjusted_rand_score

    trivial = len(np.unique(y)) in (1, len(y)) or len(np.unique(labels)) in (1, len(y))
    return 1.0 if trivial else adjusted_rand_score(y, labels)


@misconception(
    "q6",
    "compares the names",
    hint="Exchange two names in one array. The groups stay the same; does your number?",
)
def adjusted_rand(y, labels):
    return float(np.mean(y == labels))


@misconception(
    "q6",
    "cuts off negative values",
    hint="An agreement can be worse than chance: try 0, 0, 1, 1 against 0, 1, 0, 1.",
)
def adjusted_rand(y, labels):
    from sklearn.metrics import adjusted_rand_score

    return max(0.0, adjusted_rand_score(y, labels))


@misconception(
    "q6",
    "lets the product of P and Q overflow",
    hint="With 200,000 points P and Q are about 10 billion each. What is the largest number that a 64-bit integer holds? Floats, or "
    "Python's own integers, can take more.",
)
def adjusted_rand(y, labels):
    from sklearn.metrics.cluster import contingency_matrix

    table = contingency_matrix(y, labels).astype(np.int64)
    total = len(y) * (len(y) - 1) // 2
    s = (table * (table - 1)).sum() // 2
    a, b = ((table.sum(axis=f) * (table.sum(axis=f) - 1)).sum() // 2 for f in (1, 0))
    with np.errstate(over="ignore"):
        expected = a * b / total if total else 0
    return (s - expected) / ((a + b) / 2 - expected) if (a + b) / 2 != expected else 1.0
