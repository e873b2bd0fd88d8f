"""What students really write in the assignment `autoencoders`, and the hint that helps each of them see it.

Each fails the same cases whatever the data and the draws are, but for once in ten million gradings.
"""

import numpy as np

from solutions.variants import misconception

# ---------------------------------------------------------------------------------------------- q1


@misconception(
    "q1",
    "squashes the code as well",
    hint="Can a number of your code be 3? tanh belongs between two layers; after the last one nothing follows.",
)
def encode(X, layers):
    for W, b in layers:
        X = np.tanh(X @ W.T + b)
    return X


@misconception(
    "q1",
    "never squashes",
    hint="Without anything in between, two layers are one: W₂(W₁x + b₁) + b₂ is again a matrix times x plus a vector. Where is tanh?",
)
def encode(X, layers):
    for W, b in layers:
        X = X @ W.T + b
    return X


@misconception(
    "q1",
    "squashes only at the end",
    hint="You have the two places exchanged: what goes on to another layer is squashed, what comes out at the end is not.",
)
def encode(X, layers):
    for W, b in layers:
        X = X @ W.T + b
    return np.tanh(X)


@misconception(
    "q1",
    "forgets the bias",
    hint="Encode a black image, all zeros. Without a bias its code is always zero. Is b used anywhere?",
)
def encode(X, layers):
    for W, _ in layers[:-1]:
        X = np.tanh(X @ W.T)
    return X @ layers[-1][0].T


@misconception(
    "q1",
    "multiplies by W, not by its transpose",
    hint="Write the shapes beside the product: rows of X are points, rows of W are numbers of the code. For one point it is W x; what is that for all rows at once?",
)
def encode(X, layers):
    for W, b in layers[:-1]:
        X = np.tanh(X @ W + b)
    return X @ layers[-1][0] + layers[-1][1]


@misconception(
    "q1",
    "takes max(0, ·) where tanh is asked for",
    hint="What does your squashing make of -2? tanh keeps the sign and never leaves the range from -1 to 1.",
)
def encode(X, layers):
    for W, b in layers[:-1]:
        X = np.maximum(0, X @ W.T + b)
    return X @ layers[-1][0].T + layers[-1][1]


@misconception(
    "q1",
    "takes the logistic function where tanh is asked for",
    hint="What does your squashing make of 0? tanh(0) is 0. The logistic function comes at the end of the decoder.",
)
def encode(X, layers):
    for W, b in layers[:-1]:
        X = 1 / (1 + np.exp(-(X @ W.T + b)))
    return X @ layers[-1][0].T + layers[-1][1]


@misconception(
    "q1",
    "adds the bias after squashing",
    hint="Let W be zero: the layer is then tanh(b), which is at most 1. What is it in your code? Mind where the bracket of tanh closes.",
)
def encode(X, layers):
    for W, b in layers[:-1]:
        X = np.tanh(X @ W.T) + b
    return X @ layers[-1][0].T + layers[-1][1]


@misconception(
    "q1",
    "squashes what comes in",
    hint="In your code the pixels themselves go through tanh first. With a single layer there should be no tanh at all.",
)
def encode(X, layers):
    for W, b in layers:
        X = np.tanh(X) @ W.T + b
    return X


@misconception(
    "q1",
    "returns codes as columns",
    hint="Look at the shape of your answer when n and m differ. One row is one code.",
)
def encode(X, layers):
    A = np.asarray(X).T
    for W, b in layers[:-1]:
        A = np.tanh(W @ A + b[:, None])
    return layers[-1][0] @ A + layers[-1][1][:, None]


@misconception(
    "q1",
    "uses the first layer only",
    hint="Ask for the shape of what you return when there are two layers. A `return` inside the loop ends it in its first round.",
)
def encode(X, layers):
    for W, b in layers:
        return X @ W.T + b


# ---------------------------------------------------------------------------------------------- q2


@misconception(
    "q2",
    "does not squash the pixels",
    hint="Print the smallest and the largest pixel that you draw. What is blacker than black? The last step is missing.",
)
def decode(Z, layers):
    return encode(Z, layers)


@misconception(
    "q2",
    "squashes the pixels with tanh",
    hint="tanh runs from -1 to 1. Where is the middle of your pixels, at 0 or at ½?",
)
def decode(Z, layers):
    return np.tanh(encode(Z, layers))


@misconception(
    "q2",
    "clips the pixels to 0 and 1",
    hint="Clipping keeps the number 0.7 as it is. The logistic function turns it into about 0.668. Which one does the question describe?",
)
def decode(Z, layers):
    return np.clip(encode(Z, layers), 0, 1)


@misconception(
    "q2",
    "uses the logistic function after every layer",
    hint="There are two kinds of squashing. What follows a layer that feeds another one, and what follows the last?",
)
def decode(Z, layers):
    for W, b in layers:
        Z = 1 / (1 + np.exp(-(Z @ W.T + b)))
    return Z


@misconception(
    "q2",
    "squashes the last layer twice",
    hint="Try a large code: do your pixels ever come near 0 or 1, or do they stay between 0.27 and 0.73? How many functions follow your last layer?",
)
def decode(Z, layers):
    for W, b in layers:
        Z = np.tanh(Z @ W.T + b)
    return 1 / (1 + np.exp(-Z))


@misconception(
    "q2",
    "turns black and white around",
    hint="The logistic function rises. When the number before it grows, do your pixels grow? Look at the sign in exp.",
)
def decode(Z, layers):
    return 1 / (1 + np.exp(encode(Z, layers)))


@misconception(
    "q2",
    "divides infinity by infinity",
    hint="exp(a) / (1 + exp(a)) is right on paper. What is np.exp(1000), and what is that divided by itself? Which exponent can never overflow?",
)
def decode(Z, layers):
    A = np.exp(encode(Z, layers))
    return A / (1 + A)


@misconception(
    "q2",
    "shares one amount of ink among the pixels",
    hint="Add up the pixels of one of your images: it is always 1. Softmax is for probabilities of which only one comes true; a pixel does not care about the others.",
)
def decode(Z, layers):
    A = encode(Z, layers)
    A = np.exp(A - A.max(axis=1, keepdims=True))
    return A / A.sum(axis=1, keepdims=True)


@misconception(
    "q2",
    "rounds to black and white",
    hint="Where are the greys? The logistic function returns everything between 0 and 1.",
)
def decode(Z, layers):
    return (encode(Z, layers) >= 0).astype(float)


@misconception(
    "q2",
    "goes through the layers backwards",
    hint="The pairs are in the order in which they are used: the inputs of the first are the numbers of the code.",
)
def decode(Z, layers):
    return 1 / (1 + np.exp(-encode(Z, layers[::-1])))


@misconception(
    "q2",
    "stretches each image from 0 to 1",
    hint="An image that is grey all over should stay grey. Your darkest pixel is always 1 and your lightest 0, whatever the decoder says.",
)
def decode(Z, layers):
    A = encode(Z, layers)
    low, high = A.min(axis=1, keepdims=True), A.max(axis=1, keepdims=True)
    return (A - low) / (high - low)


# ---------------------------------------------------------------------------------------------- q3


@misconception(
    "q3",
    "averages over pixels, too",
    hint="Make every image twice as wide: the sum over its pixels doubles. Yours stays. np.mean over a whole table divides by n and by d.",
)
def reconstruction_loss(X, X_tilde):
    return np.mean((X - X_tilde) ** 2)


@misconception(
    "q3",
    "adds up over the points",
    hint="Put every image there twice: a mean over images stays as it is. Does yours?",
)
def reconstruction_loss(X, X_tilde):
    return np.sum((X - X_tilde) ** 2)


@misconception(
    "q3",
    "averages distances, not their squares",
    hint="An error of 3 in one pixel and 4 in another: the distance is 5. What does the loss take, 5 or 25?",
)
def reconstruction_loss(X, X_tilde):
    return np.mean(np.linalg.norm(X - X_tilde, axis=1))


@misconception(
    "q3",
    "takes the root in the end",
    hint="If all errors double, the loss becomes four times as large. Yours doubles: a root has come in.",
)
def reconstruction_loss(X, X_tilde):
    return np.sqrt(np.sum((X - X_tilde) ** 2) / len(X))


@misconception(
    "q3",
    "takes absolute values in place of squares",
    hint="An error of 3 costs 9. What does it cost in your code?",
)
def reconstruction_loss(X, X_tilde):
    return np.abs(X - X_tilde).sum() / len(X)


@misconception(
    "q3",
    "lets bytes wrap around",
    hint="Print X.dtype for a photograph, then np.uint8(10) - np.uint8(20) and its square. Which dtype can hold a difference?",
)
def reconstruction_loss(X, X_tilde):
    return np.sum((X - X_tilde) ** 2) / len(X)


@misconception(
    "q3",
    "returns one loss for each point",
    hint="Look at the shape of what you return. One number is asked for: one average is still to be taken.",
)
def reconstruction_loss(X, X_tilde):
    return np.sum((X - X_tilde) ** 2, axis=1)


@misconception(
    "q3",
    "lets errors of different sign cancel",
    hint="One pixel too dark by 3, its neighbour too light by 3: is nothing lost? Square before you add up.",
)
def reconstruction_loss(X, X_tilde):
    return np.mean(np.sum(X - X_tilde, axis=1) ** 2)


@misconception(
    "q3",
    "takes half of it",
    hint="Some books put a ½ before the loss to have a nicer derivative. Here there is none: compare with two points by hand.",
)
def reconstruction_loss(X, X_tilde):
    return np.sum((X - X_tilde) ** 2) / (2 * len(X))


@misconception(
    "q3",
    "expands the square and loses the digits far from the origin",
    hint="Your formula is right on paper. Add 5 million to all numbers: huge squares are subtracted from each other, and what remains is rounding. "
    "Which operation could come first?",
)
def reconstruction_loss(X, X_tilde):
    X, X_tilde = X.astype(float), X_tilde.astype(float)
    return (np.sum(X**2) - 2 * np.sum(X * X_tilde) + np.sum(X_tilde**2)) / len(X)


# ---------------------------------------------------------------------------------------------- q4


@misconception(
    "q4",
    "forgets the 2 of the square",
    hint="Compare with a difference quotient: you have half of it, everywhere. What is the derivative of e²?",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ W.T
    E = (Z @ V.T - X) / len(X)
    return (E @ V).T @ X, E.T @ Z


@misconception(
    "q4",
    "adds up over the points",
    hint="Put every point there twice: the loss is a mean and stays. Your gradients double.",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ W.T
    E = 2 * (Z @ V.T - X)
    return (E @ V).T @ X, E.T @ Z


@misconception(
    "q4",
    "divides by the number of coordinates, too",
    hint="The loss is a mean over points of a sum over coordinates. By which numbers do you divide?",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ W.T
    E = 2 * (Z @ V.T - X) / (2 * X.size)
    return (E @ V).T @ X, E.T @ Z


@misconception(
    "q4",
    "has the sign turned around",
    hint="Go a small step against your gradient. Does the loss fall or rise? Is the error x̃ - x or x - x̃, and which of the two is differentiated?",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ W.T
    E = 2 / len(X) * (X - Z @ V.T)
    return (E @ V).T @ X, E.T @ Z


@misconception(
    "q4",
    "returns the gradient of V first",
    hint="Look at the order in the docstring and at the shapes: each gradient has the shape of its matrix.",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ W.T
    E = 2 / len(X) * (Z @ V.T - X)
    return E.T @ Z, (E @ V).T @ X


@misconception(
    "q4",
    "does not pass the error through the decoder",
    hint="W changes the code, and the code changes the picture through V. In your gradient of W, where is V?",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ W.T
    E = 2 / len(X) * (Z @ V.T - X)
    return (E @ W.T).T @ X, E.T @ Z


@misconception(
    "q4",
    "takes the gradient of W for the transpose of the other",
    hint="W and V are two different matrices; even if they were transposes of each other, their gradients would not be. Do it for one number: 2e·v·x and 2e·w·x.",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ W.T
    E = 2 / len(X) * (Z @ V.T - X)
    gradient = E.T @ Z
    return gradient.T, gradient


@misconception(
    "q4",
    "encodes with the transposed decoder",
    hint="The code is W x. Your gradient of V uses Vᵀ x in its place; set W to zero and see that it should vanish.",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ V
    E = 2 / len(X) * (X @ W.T @ V.T - X)
    return (E @ V).T @ X, E.T @ Z


@misconception(
    "q4",
    "centres the data first",
    hint="X is to be used as it is. Subtracting the mean is a good idea before training, but then the caller does it.",
)
def linear_autoencoder_gradients(X, W, V):
    X = X - X.mean(axis=0)
    Z = X @ W.T
    E = 2 / len(X) * (Z @ V.T - X)
    return (E @ V).T @ X, E.T @ Z


@misconception(
    "q4",
    "holds the reconstruction for the error",
    hint="If the picture is rebuilt perfectly, nothing should change. Do you subtract x anywhere?",
)
def linear_autoencoder_gradients(X, W, V):
    Z = X @ W.T
    E = 2 / len(X) * (Z @ V.T)
    return (E @ V).T @ X, E.T @ Z


# ---------------------------------------------------------------------------------------------- q5


@misconception(
    "q5",
    "moves W first and takes the gradient of V afterwards",
    hint="Both gradients belong to one and the same place. When you compute the second, has the first matrix already moved?",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        W = W - rate * linear_autoencoder_gradients(X, W, V)[0]
        V = V - rate * linear_autoencoder_gradients(X, W, V)[1]
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "walks uphill",
    hint="Plot your losses. The gradient points to where the loss grows; in which direction do you want to go?",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W + rate * gradient_W, V + rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "starts from zeros",
    hint="Print the gradients in the first step. With all weights zero both vanish, and nothing ever moves: that is a saddle.",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = np.zeros((m, X.shape[1])), np.zeros((X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "takes the variance for the standard deviation",
    hint="Compute W.std() for many starting weights. `scale` is the standard deviation; its square is the variance. Which of the two is 0.1?",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = rng.normal(scale=0.01, size=(m, X.shape[1])), rng.normal(scale=0.01, size=(X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "starts with weights that are never negative",
    hint="Draw a histogram of your starting weights. rng.random is uniform from 0 on; the question asks for a bell around 0.",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = 0.1 * rng.random((m, X.shape[1])), 0.1 * rng.random((X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "starts with a decoder that is the transposed encoder",
    hint="All entries of both matrices are drawn independently. In your start V is W lying on its side.",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W = rng.normal(scale=0.1, size=(m, X.shape[1]))
    V = W.T.copy()
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "makes its own generator with a fixed seed",
    hint="Your answer does not depend on rng. Whoever calls you with ten different generators gets ten times the same start.",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    rng = np.random.default_rng(0)
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "does not note the loss of the start",
    hint="After `steps` steps there are steps + 1 moments, with the one before the first step. What stands at losses[0]?",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = []
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "makes one step too many",
    hint="With steps = 0 nothing should have moved. How many times does your loop change the weights?",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = []
    for _ in range(steps + 1):
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
    return W, V, np.array(losses)


@misconception(
    "q5",
    "centres the data first",
    hint="X is to be used as it is. Your losses are those of other data: compare losses[-1] with the loss of your W and V on X.",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    X = X - X.mean(axis=0)
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "notes the loss divided by the number of coordinates",
    hint="np.mean over a whole table divides by d as well. Use the loss of Question 3.",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = [np.mean((X - X @ W.T @ V.T) ** 2)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(np.mean((X - X @ W.T @ V.T) ** 2))
    return W, V, np.array(losses)


@misconception(
    "q5",
    "returns V before W",
    hint="Look at the order in which the docstring lists what is returned: the encoder comes first.",
)
def train_linear_autoencoder(X, m, steps, rate, rng):
    W, V = rng.normal(scale=0.1, size=(m, X.shape[1])), rng.normal(scale=0.1, size=(X.shape[1], m))
    losses = [reconstruction_loss(X, X @ W.T @ V.T)]
    for _ in range(steps):
        gradient_W, gradient_V = linear_autoencoder_gradients(X, W, V)
        W, V = W - rate * gradient_W, V - rate * gradient_V
        losses.append(reconstruction_loss(X, X @ W.T @ V.T))
    return V, W, np.array(losses)


# ---------------------------------------------------------------------------------------------- q6


@misconception(
    "q6",
    "compares the matrices",
    hint="Exchange the two columns of V: the plane is still the same. A subspace is a set of vectors, not the list that you described it by.",
)
def same_subspace(U, V):
    return U.shape == V.shape and np.allclose(U, V)


@misconception(
    "q6",
    "compares column by column, up to length and sign",
    hint="(3, 1, 0) and (1, -2, 0) span the floor as well, and neither is along (1, 0, 0). Columns need not match one by one.",
)
def same_subspace(U, V):
    if U.shape != V.shape:
        return False
    cosines = np.abs(np.sum(U * V, axis=0)) / (np.linalg.norm(U, axis=0) * np.linalg.norm(V, axis=0))
    return np.allclose(cosines, 1)


@misconception(
    "q6",
    "compares dimensions only",
    hint="A floor and a wall both have dimension 2. Are they the same plane?",
)
def same_subspace(U, V):
    return np.linalg.matrix_rank(U, rtol=1e-6) == np.linalg.matrix_rank(V, rtol=1e-6)


@misconception(
    "q6",
    "asks in one direction only: V may be smaller than U",
    hint="A line in the floor is a part of the floor. Exchange your two arguments: the answer should stay the same.",
)
def same_subspace(U, V):
    weights = np.linalg.pinv(U, rcond=1e-6) @ V
    return np.linalg.norm(U @ weights - V) <= 1e-6 * np.linalg.norm(V)


@misconception(
    "q6",
    "asks in one direction only: U may be smaller than V",
    hint="A line in the floor is a part of the floor. Exchange your two arguments: the answer should stay the same.",
)
def same_subspace(U, V):
    weights = np.linalg.pinv(V, rcond=1e-6) @ U
    return np.linalg.norm(V @ weights - U) <= 1e-6 * np.linalg.norm(U)


@misconception(
    "q6",
    "takes U Uᵀ for the projection",
    hint="Double all columns of U: the space stays, U Uᵀ does not. That is a projection only if the columns have length 1 and right angles between them.",
)
def same_subspace(U, V):
    return np.allclose(U @ U.T, V @ V.T)


@misconception(
    "q6",
    "takes the columns of QR for a basis, whatever their rank",
    hint="Give two columns along one line. QR still returns two perpendicular columns; the second has nothing to do with your space. How many dimensions are there?",
)
def same_subspace(U, V):
    P, Q = (np.linalg.qr(A)[0] for A in (U, V))
    return np.allclose(P @ P.T, Q @ Q.T, atol=1e-6)


@misconception(
    "q6",
    "decides with a tolerance that only exact numbers pass",
    hint="Trained weights leave the plane by a hair, and the rank of the joined matrix goes up by one. What does the docstring say about what counts as zero?",
)
def same_subspace(U, V):
    rank = np.linalg.matrix_rank
    unit_U, unit_V = (A / max(np.abs(A).max(), 1e-300) for A in (U, V))
    return rank(np.hstack([unit_U, unit_V])) == rank(unit_U) == rank(unit_V)


@misconception(
    "q6",
    "decides with a tolerance that depends on the unit",
    hint="Measure your vectors in kilometres in place of millimetres: everything becomes tiny and passes for zero. Divide by the size of the matrix first.",
)
def same_subspace(U, V):
    def dimension(A):
        return np.sum(np.linalg.svd(A, compute_uv=False) > 1e-5)

    return dimension(np.hstack([U, V])) == dimension(U) == dimension(V)


@misconception(
    "q6",
    "compares what the rows span",
    hint="Look at the shapes: a vector of the space has d entries and stands in a column. Yours have as many entries as there are columns.",
)
def same_subspace(U, V):
    if U.shape[1] != V.shape[1]:
        return False
    P, Q = (np.linalg.pinv(A, rcond=1e-6) @ A for A in (U, V))
    return np.allclose(P, Q, atol=1e-6)


@misconception(
    "q6",
    "looks at angles and forgets dimensions",
    hint="scipy gives as many angles as the smaller space has dimensions. A line in the floor has angle 0 to it. What else must be equal?",
)
def same_subspace(U, V):
    from scipy.linalg import subspace_angles

    return subspace_angles(U, V).max() < 1e-5


# ---------------------------------------------------------------------------------------------- q7


@misconception(
    "q7",
    "adds noise",
    hint="Look at a few numbers of your result: is any of them exactly 0, and any exactly what it was? Masking noise wipes out or leaves alone.",
)
def corrupt(X, rate, rng):
    return X + rate * rng.normal(size=X.shape)


@misconception(
    "q7",
    "keeps with probability rate",
    hint="With rate 0 nothing should be lost, with rate 1 everything. Try both.",
)
def corrupt(X, rate, rng):
    return np.where(rng.random(X.shape) < rate, X, 0)


@misconception(
    "q7",
    "enlarges what is left",
    hint="Dividing by 1 - rate belongs to dropout, which keeps the mean of a layer. Here a pixel that survives must be exactly what it was.",
)
def corrupt(X, rate, rng):
    if rate == 1:
        return np.zeros(X.shape)
    return np.where(rng.random(X.shape) < rate, 0, X / (1 - rate))


@misconception(
    "q7",
    "wipes out whole points",
    hint="Look at a row of your result: it is either complete or empty. Each number has its own luck. What shape have your draws?",
)
def corrupt(X, rate, rng):
    return np.where(rng.random((len(X), 1)) < rate, 0, X)


@misconception(
    "q7",
    "wipes out the same pixels in every image",
    hint="Put two rows of your result below each other: the holes are in the same places. What shape have your draws?",
)
def corrupt(X, rate, rng):
    return np.where(rng.random(X.shape[1]) < rate, 0, X)


@misconception(
    "q7",
    "wipes out exactly the same number in every row",
    hint="That is how a famous paper does it. Here each number is tossed by itself, so that the number of holes in a row varies. Count yours.",
)
def corrupt(X, rate, rng):
    count = round(rate * X.shape[1])
    order = np.argsort(rng.random(X.shape), axis=1)
    return np.where(order < count, 0, X)


@misconception(
    "q7",
    "wipes out exactly the same number in the whole table",
    hint="Count the holes in several calls: it is always the same number. If each is tossed by itself, how many there are is chance, too.",
)
def corrupt(X, rate, rng):
    noisy = X.copy().ravel()
    noisy[rng.permutation(X.size)[: round(rate * X.size)]] = 0
    return noisy.reshape(X.shape)


@misconception(
    "q7",
    "tosses a fair coin, whatever the rate",
    hint="Try rate 0.9 and count. Which line of your code looks at rate?",
)
def corrupt(X, rate, rng):
    return X * rng.integers(0, 2, size=X.shape)


@misconception(
    "q7",
    "fills the holes with the mean",
    hint="A wiped-out number becomes 0. Filling in the mean is repairing, and that is the decoder's work.",
)
def corrupt(X, rate, rng):
    return np.where(rng.random(X.shape) < rate, X.mean(axis=0), X)


@misconception(
    "q7",
    "draws new places, with repetition",
    hint="With rate 1 everything should be gone. You draw as many places as there are numbers, but some of them come twice.",
)
def corrupt(X, rate, rng):
    noisy = X.copy().ravel()
    noisy[rng.integers(X.size, size=round(rate * X.size))] = 0
    return noisy.reshape(X.shape)


@misconception(
    "q7",
    "makes its own generator with a fixed seed",
    hint="Your holes are the same in every call: a network could learn them by heart. Which generator do you draw from?",
)
def corrupt(X, rate, rng):
    return np.where(np.random.default_rng(0).random(X.shape) < rate, 0, X)
