"""What students really write in the assignment `unsupervised`, and the hint that helps each of them see it."""

import numpy as np

from solutions.variants import misconception

# ---------------------------------------------------------------------------------------------- q1


@misconception(
    "q1",
    "divides by n - 1",
    hint="Two numbers, 1 and 3: their mean is 2, and both are 1 away from it. What is your standard deviation of them? Look for `ddof`.",
)
def standardize(X):
    centred = X - X.mean(axis=0)
    spread = X.std(axis=0, ddof=1)
    return np.where(np.ptp(X, axis=0) == 0, 0.0, centred / np.where(spread > 0, spread, 1))


@misconception(
    "q1",
    "takes one mean and one standard deviation for the whole table",
    hint="Print the mean that you take away. It is one number; every column needs its own. What does `axis` do?",
)
def standardize(X):
    return (X - X.mean()) / X.std() if X.std() > 0 else np.zeros(X.shape)


@misconception(
    "q1",
    "standardises rows, not columns",
    hint="Print the means of the columns of your answer, then those of its rows. Which of them are 0, and which should be?",
)
def standardize(X):
    spread = X.std(axis=1, keepdims=True)
    return (X - X.mean(axis=1, keepdims=True)) / np.where(spread == 0, 1, spread)


@misconception(
    "q1",
    "divides by the variance",
    hint="Measure a feature in millimetres in place of metres: your answer shrinks a thousandfold, and it should not change. Which has the unit of the data, variance or standard deviation?",
)
def standardize(X):
    constant = X.max(axis=0) == X.min(axis=0)
    return np.where(constant, 0.0, (X - X.mean(axis=0)) / np.where(constant, 1, X.var(axis=0)))


@misconception(
    "q1",
    "only takes the mean away",
    hint="The means are 0 now. Print the standard deviations of your columns as well.",
)
def standardize(X):
    return X - X.mean(axis=0)


@misconception(
    "q1",
    "scales to 0..1",
    hint="Your smallest number in each column is 0 and the largest 1: that is another scaling, by the range. What are the mean and standard deviation of your columns?",
)
def standardize(X):
    low, high = X.min(axis=0), X.max(axis=0)
    return (X - low) / np.where(high > low, high - low, 1)


@misconception(
    "q1",
    "divides zero by zero in a constant column",
    hint="Give your function a table with a column of sevens. Its standard deviation is 0; what is 0 / 0, and what does the docstring want there?",
)
def standardize(X):
    with np.errstate(invalid="ignore", divide="ignore"):
        return (X - X.mean(axis=0)) / X.std(axis=0)


@misconception(
    "q1",
    "asks whether the standard deviation is exactly zero",
    hint="Print np.full((7, 1), 0.1).std(axis=0). Nothing varies there, and yet it is not 0, because the mean was rounded. How else can you ask whether all numbers of a column are equal?",
)
def standardize(X):
    spread = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(spread == 0, 1, spread)


@misconception(
    "q1",
    "adds a small number to the standard deviation",
    hint="A small number is small compared with what? Measure lengths of a tenth of a millimetre in metres, and look at the standard deviations of your answer.",
)
def standardize(X):
    return (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-8)


@misconception(
    "q1",
    "takes the mean square minus the squared mean",
    hint="Your formula for the variance is right on paper. Add a hundred million to a column: two huge numbers agree in nearly all of their digits, and their difference is rounding. Subtract the mean first, then square.",
)
def standardize(X):
    X = X.astype(float)
    variance = np.maximum((X**2).mean(axis=0) - X.mean(axis=0) ** 2, 0)
    varies = (X[0] != X).any(axis=0) & (variance > 0)
    return np.where(varies, (X - X.mean(axis=0)) / np.sqrt(np.where(varies, variance, 1)), 0)


@misconception(
    "q1",
    "works in place, on the caller's own table",
    hint="`X -= ...` writes into the table that you were given, and a table of whole numbers cannot even hold the result. Make a new array.",
)
def standardize(X):
    X -= X.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        X /= X.std(axis=0)
    return X


# ---------------------------------------------------------------------------------------------- q2


@misconception(
    "q2",
    "takes the root",
    hint="From (0, 0) to (3, 4) it is 5 as the crow flies. What is asked for is the square of it.",
)
def squared_distances(A, B):
    return np.linalg.norm(A[:, None, :] - B[None, :, :], axis=2)


@misconception(
    "q2",
    "pairs row 0 with row 0, row 1 with row 1, …",
    hint="Every row of A meets every row of B. With 2 rows in A and 3 in B, how many distances are there, and how many do you return?",
)
def squared_distances(A, B):
    return ((A - B) ** 2).sum(axis=1)


@misconception(
    "q2",
    "sums over the wrong axis",
    hint="After the subtraction there are three axes: rows of A, rows of B, features. Which of them must be gone at the end? Compare your shape with (n, m).",
)
def squared_distances(A, B):
    return ((A[:, None, :] - B[None, :, :]) ** 2).sum(axis=1)


@misconception(
    "q2",
    "puts the rows of B down and those of A across",
    hint="Entry (i, j) belongs to A[i] and B[j]. Take 2 rows in A and 3 in B and look at the shape of your table.",
)
def squared_distances(A, B):
    return np.array([[((a - b) ** 2).sum() for a in A] for b in B])


@misconception(
    "q2",
    "takes the mean over the features",
    hint="Take the points (0, 0) and (3, 4). Pythagoras adds the two squares; what do you do with them?",
)
def squared_distances(A, B):
    return ((A[:, None, :] - B[None, :, :]) ** 2).mean(axis=2)


@misconception(
    "q2",
    "adds up absolute differences",
    hint="From (0, 0) to (3, 4) your answer is 7, the way around the corner. Euclid goes straight; which squares does Pythagoras add?",
)
def squared_distances(A, B):
    return np.abs(A[:, None, :] - B[None, :, :]).sum(axis=2)


@misconception(
    "q2",
    "adds the differences before squaring",
    hint="Take the points (0, 0) and (3, -3). Do the two differences cancel in your code before they are squared?",
)
def squared_distances(A, B):
    return np.subtract.outer(A.sum(axis=1), B.sum(axis=1)) ** 2


@misconception(
    "q2",
    "drops the factor 2 of the mixed term",
    hint="Multiply out (a - b)² for the numbers a = 3 and b = 2, term by term, and compare it with your formula.",
)
def squared_distances(A, B):
    return (A**2).sum(axis=1)[:, None] - A @ B.T + (B**2).sum(axis=1)


@misconception(
    "q2",
    "multiplies out the square, and rounds below zero",
    hint="Your formula is right on paper. Print the smallest entry of squared_distances(A, A) for random A: squares that should cancel leave -1e-15. And add a billion to all numbers: what is left then? Which operation could come first?",
)
def squared_distances(A, B):
    return (A**2).sum(axis=1)[:, None] - 2 * A @ B.T + (B**2).sum(axis=1)


@misconception(
    "q2",
    "multiplies out the square, and only cuts off what is negative",
    hint="Cutting off negative numbers hides the rounding, it does not heal it. Add a billion to all numbers: the distances should not change. Which operation could come first?",
)
def squared_distances(A, B):
    return np.maximum((A**2).sum(axis=1)[:, None] - 2 * A @ B.T + (B**2).sum(axis=1), 0)


# ---------------------------------------------------------------------------------------------- q3


@misconception(
    "q3",
    "returns the smallest distance, not the index",
    hint="You found how far away the nearest row is. The question asks which row it is.",
)
def nearest(A, B):
    return squared_distances(A, B).min(axis=1)


@misconception(
    "q3",
    "looks along the wrong axis",
    hint="Who asks whom? Every row of A needs one answer, so the answer has as many entries as A has rows.",
)
def nearest(A, B):
    return squared_distances(A, B).argmin(axis=0)


@misconception(
    "q3",
    "takes the farthest",
    hint="Draw two points of A and three of B, and follow your indices with a finger.",
)
def nearest(A, B):
    return squared_distances(A, B).argmax(axis=1)


@misconception(
    "q3",
    "lets the last of equals win",
    hint="Put the same row into B twice. Which of the two do you return? Look at the comparison: `<` keeps the first, `<=` takes the last.",
)
def nearest(A, B):
    table, found = squared_distances(A, B), []
    for row in table:
        best = 0
        for j in range(len(row)):
            if row[j] <= row[best]:
                best = j
        found.append(best)
    return np.array(found)


@misconception(
    "q3",
    "counts from 1",
    hint="B[your index] should be the nearest row. Try it: the first row of B is B[0].",
)
def nearest(A, B):
    return squared_distances(A, B).argmin(axis=1) + 1


@misconception(
    "q3",
    "returns the rows themselves",
    hint="You return points. The question asks where in B they stand: one whole number for each row of A.",
)
def nearest(A, B):
    return B[squared_distances(A, B).argmin(axis=1)]


@misconception(
    "q3",
    "takes the largest dot product",
    hint="A large dot product means long arrows as much as like ones. Take A = [[1, 0]], B = [[1, 0], [9, 0]]: which is nearer, which has the larger product?",
)
def nearest(A, B):
    return np.argmax(A @ B.T, axis=1)


@misconception(
    "q3",
    "measures along the streets",
    hint="From (0, 0), is (3, 3) nearer or (5, 0)? Around the corner it is 6 against 5; in a straight line it is the other way round.",
)
def nearest(A, B):
    return np.abs(A[:, None, :] - B[None, :, :]).sum(axis=2).argmin(axis=1)


@misconception(
    "q3",
    "never lets a point be its own nearest",
    hint="If a row of A stands in B as well, the distance is 0 and nothing can be nearer. Your code leaves that row out.",
)
def nearest(A, B):
    table = squared_distances(A, B)
    return np.where(table == 0, np.inf, table).argmin(axis=1)
