"""Tables of events, whatever form they have, to compact columns of numbers."""
