"""One script a question. Each prints ratios against a floor measured in the same run: these machines are noisy."""
