//! What people and later steps see of a run: log, annotations, outputs, summary.
