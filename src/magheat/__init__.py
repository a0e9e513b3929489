"""magheat: which magnetic nanoparticle heats, how much and when."""
