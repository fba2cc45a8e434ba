"""The conversation: questions in words, answered by the product's verbs over what is stored."""
