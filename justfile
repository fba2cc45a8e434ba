# What a change must pass, and what saves typing. `just check` is exactly what CI runs.

# List the recipes
help:
    @just --list

# Everything CI runs: lint, types, contracts, generated files, tests
check: lint types contracts generated test

# Style and common mistakes
lint:
    uv run ruff format --check .
    uv run ruff check .

# Types
types:
    uv run mypy state tools agents graph seeams tests docs benchmarks

# Who may import whom
contracts:
    uv run lint-imports

# Generated files are up to date
generated:
    uv run python docs/generate.py --check

# The tests, as the README runs them
test:
    uv run pytest -n auto

# Write the generated files anew
generate:
    uv run python docs/generate.py

# Mend what can be mended mechanically
format:
    uv run ruff format .
    uv run ruff check --fix .

# The picture in the README
picture:
    uv run python docs/picture.py

# The figures in the README
bench:
    uv run python benchmarks/figures.py --readme
