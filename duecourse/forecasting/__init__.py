"""What cash comes in, when, and how sure is that? Its own forecasts, kept so that they can be scored."""
