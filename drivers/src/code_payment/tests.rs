//! The adapter, with an operator made of answers.
