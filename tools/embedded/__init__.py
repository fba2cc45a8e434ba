"""The embedded AWS account: in this process, with sample workloads, for demo, tests and trials.

Its AWS is moto; what moto lacks is told in `docs/embedded-account.md`. The product never knows the
difference: it gets an address and made-up credentials, as it would get a profile.
"""
