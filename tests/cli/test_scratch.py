def test_x(redthread):
    for words in (["timeline","anna@example.org"],["timeline","order:1002"],["timeline","1002"],["timeline","nobody@example.org"],["alerts"],["alerts","--json","--who","loyalty:17"],["alerts","--status","opn"],["journeys"],["identity","show","0151 23456789"],["sql","SELECT 1 AS a, 'x' AS b"],["sql","DROP TABLE timeline_events"],["sql","SELEC 1"],["sql","SELECT {n:UInt8}+1 AS m","--param","n=4","--format","csv"],["dead-letters","list"],["dead-letters","list","--show-payload","--json"],["doctor"]):
        r=redthread(*words)
        print("===",words,r.exit_code); print(r.output)
        if r.exception and not isinstance(r.exception,SystemExit):
            import traceback; traceback.print_exception(*r.exc_info)
    assert 0
