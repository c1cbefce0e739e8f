# ---
# title: Five functions
# chapter: 1
# points: 10
# summary: A notebook of five functions, graded by three systems side by side.
# imports: [numpy]
# ---

# %% [markdown]
# # Five functions

# %%
import numpy as np

# %% [markdown]
# ## Exercise: softmax


# %% tags=["exercise"]
def softmax(Z):
    """Return the softmax of each row of Z."""
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# %% [markdown]
# ## Exercise: dense


# %% tags=["exercise"]
def dense(X, W, b):
    """Return X W + b for a batch of rows."""
    return X @ W + b


# %% [markdown]
# ## Exercise: sigmoid_gradient


# %% tags=["exercise"]
def sigmoid_gradient(z):
    """Return the derivative of the sigmoid, entry by entry."""
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


# %% [markdown]
# ## Exercise: hinge_loss


# %% tags=["exercise"]
def hinge_loss(scores, y):
    """Return the mean of max(0, 1 - y * scores) for labels -1 and +1."""
    return np.maximum(0, 1 - y * scores).mean()


# %% [markdown]
# ## Exercise: rbf_kernel


# %% tags=["exercise"]
def rbf_kernel(X, Y, gamma):
    """Return exp(-gamma |x - y|^2) for every row x of X and y of Y."""
    squares = (X**2).sum(axis=1)[:, None] + (Y**2).sum(axis=1) - 2 * X @ Y.T
    return np.exp(-gamma * squares)
