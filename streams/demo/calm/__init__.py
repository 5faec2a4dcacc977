"""Calm days: what a company does all the time, and does well. Nothing here breaks a rule or comes so close that one would warn.

Everything is planned per customer from chance of the world's one generator; what lies after the end of the data is simply not told, which is
safe because an answer here always comes before its warning would.
"""
