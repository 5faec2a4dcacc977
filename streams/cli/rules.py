"""`redthread rules`: what the rules are, what one of them means, whether they do what their fixtures tell, and what they would have said."""

import typer

from streams.cli import rules_backtest, rules_explain, rules_list, rules_tell


def register(app: typer.Typer) -> None:
    """Add the commands."""
    rules = typer.Typer(help="What the rules are, what they mean, and whether they do what their fixtures tell.", no_args_is_help=True)
    rules.callback()(lambda: None)
    for module in (rules_list, rules_explain, rules_tell, rules_backtest):
        module.register(rules)
    app.add_typer(rules, name="rules")
