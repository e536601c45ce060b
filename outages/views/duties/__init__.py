"""The outage matrix on screen: duties, papers, gates, the exchange with the dispatch centre."""
