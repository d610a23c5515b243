//! Which schedule sees most for fewest requests.
