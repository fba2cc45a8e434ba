"""How a thing is done, as text in three languages: AWS CLI, CloudFormation, Terraform.

Each takes filled data and writes it by the rules of its language; nothing is pasted together.
"""
