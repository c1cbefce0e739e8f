"""One module per version. Each repeats the tables it makes, since those of the newest version will differ."""
