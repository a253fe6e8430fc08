#!/usr/bin/env python3
"""Preference figures as scikit-learn and SciPy compute them: Wilson intervals, correlations, Brier score and log loss, calibration,
kappas. Writes tests/Zephyr.Core.Tests/references/preferences.json. Run with Debian's python3-sklearn (1.2) and python3-scipy (1.10)."""

import json
import pathlib

import numpy as np
from scipy import stats
from sklearn.metrics import brier_score_loss, cohen_kappa_score, log_loss

OUT = pathlib.Path(__file__).resolve().parent.parent / "Zephyr.Core.Tests/references/preferences.json"


def wilson(hits, count):
    interval = stats.binomtest(hits, count).proportion_ci(0.95, method="wilson")
    return {"hits": hits, "count": count, "low": interval.low, "high": interval.high}


def pairs(seed, count, scale):
    """Margins that grow with the length difference, some of them 0, some lengths equal."""
    random = np.random.default_rng(seed)
    chosen = random.integers(1, 60, count)
    rejected = random.integers(1, 60, count)
    rejected[::7] = chosen[::7]
    margins = np.round(random.normal(0.4, 1, count) * scale + 0.02 * (chosen - rejected), 3)
    margins[::11] = 0
    difference = chosen - rejected
    pearson = stats.pearsonr(margins, difference)
    interval = pearson.confidence_interval(0.95)
    both = np.concatenate([1 / (1 + np.exp(-margins)), 1 / (1 + np.exp(margins))])
    labels = np.concatenate([np.ones(count), np.zeros(count)])
    confidence = 1 / (1 + np.exp(-np.abs(margins)))
    hit = np.where(margins > 0, 1.0, np.where(margins == 0, 0.5, 0.0))
    place = np.minimum(((confidence - 0.5) * 20).astype(int), 9)
    bins = [(int((place == i).sum()), confidence[place == i].mean(), hit[place == i].mean()) for i in range(10) if (place == i).any()]
    decided = (margins != 0) & (difference != 0)
    return {
        "margins": margins.tolist(),
        "chosen": chosen.tolist(),
        "rejected": rejected.tolist(),
        "margin_standard_error": float(stats.sem(margins)),
        "pearson": [pearson.statistic, interval.low, interval.high],
        "spearman": float(stats.spearmanr(margins, difference).statistic),
        "longer_preferred": [int((np.sign(margins) == np.sign(difference))[decided].sum()), int(decided.sum())],
        "brier": brier_score_loss(labels, both),
        "log_loss": log_loss(labels, both),
        "bins": bins,
        "expected_calibration_error": float(sum(n * abs(c - h) for n, c, h in bins) / count),
        "maximum_calibration_error": float(max(abs(c - h) for _, c, h in bins)),
    }


def ratings(seed, count, noise):
    random = np.random.default_rng(seed)
    first = random.integers(1, 11, count)
    second = np.clip(first + np.round(random.normal(0.5, noise, count)).astype(int), 1, 10)
    labels = list(range(1, 11))
    return {
        "first": first.tolist(),
        "second": second.tolist(),
        "kappa": cohen_kappa_score(first, second),
        "linear": cohen_kappa_score(first, second, weights="linear", labels=labels),
        "quadratic": cohen_kappa_score(first, second, weights="quadratic", labels=labels),
        "pearson": float(stats.pearsonr(first, second).statistic),
        "spearman": float(stats.spearmanr(first, second).statistic),
    }


def main():
    document = {
        "wilson": [wilson(*case) for case in [(0, 1), (1, 1), (3, 7), (0, 40), (40, 40), (298, 335), (5000, 10007)]],
        "pairs": [pairs(1, 60, 1.0), pairs(2, 200, 0.2), pairs(3, 37, 4.0)],
        "ratings": [ratings(4, 80, 1.0), ratings(5, 160, 3.0), ratings(6, 25, 0.3)],
    }
    OUT.write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
