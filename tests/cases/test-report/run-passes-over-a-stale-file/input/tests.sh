echo nothing to see
