"""What students really write for `@SLUG@`, and the hint that would help each of them. At least four a question."""

import numpy as np

from solutions.variants import misconception


@misconception("q1", "one mean for all coordinates", hint="How many numbers does the mean of points in the plane have?")
def center(X):
    return X - np.mean(X)


@misconception("q1", "the mean of each point's coordinates", hint="Which axis counts the points, and which the coordinates?")
def center(X):
    return X - np.mean(X, axis=1, keepdims=True)


@misconception("q1", "the median", hint="Where is the middle of 0, 0 and 9: by counting, and by balancing?")
def center(X):
    return X - np.median(X, axis=0)


@misconception("q1", "standardizes as well", hint="The cloud should move. Does yours also change its size?")
def center(X):
    return (X - np.mean(X, axis=0)) / (np.std(X, axis=0) + 1e-12)
