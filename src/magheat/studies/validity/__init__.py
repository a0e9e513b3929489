"""Which solver holds where: the same cases by every solver, against those that leave nothing out."""
