"""SPARQLWrapper in each of its return formats, by GET and POST, and an update."""

import sys

from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, RDFXML, TSV, TURTLE, XML, SPARQLWrapper

url = sys.argv[1]


def ask(query, form, method="GET", endpoint="/sparql"):
    wrapper = SPARQLWrapper(url + endpoint)
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    wrapper.setMethod(method)
    return wrapper.query()


update = SPARQLWrapper(url + "/query", updateEndpoint=url + "/update")
update.setMethod(POST)
update.setQuery('INSERT DATA { GRAPH <urn:w:g> { <urn:w:a> <urn:w:p> "wrapped", 1.50 } }')
update.query()

select = "SELECT ?o { <urn:w:a> <urn:w:p> ?o } ORDER BY STR(?o)"
for method in ("GET", "POST"):
    for form in (JSON, XML, CSV, TSV):
        answer = ask(select, form, method)
        text = answer.response.read().decode()
        assert "wrapped" in text and "1.50" in text, (method, form, text)

bindings = ask(select, JSON).convert()["results"]["bindings"]
assert [row["o"]["value"] for row in bindings] == ["1.50", "wrapped"], bindings
assert ask("ASK { <urn:w:a> ?p ?o }", JSON).convert()["boolean"] is True

construct = "CONSTRUCT { ?s ?p ?o } { GRAPH <urn:w:g> { ?s ?p ?o } }"
for form in (XML, RDFXML, TURTLE, N3, JSONLD):
    text = ask(construct, form).response.read().decode()
    assert "wrapped" in text, (form, text)
