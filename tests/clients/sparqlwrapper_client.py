"""SPARQLWrapper with a token: each of its return formats, by GET, POST and POST direct, and updates."""

import sys

from SPARQLWrapper import (
    BASIC, CSV, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper,
)

url, token = sys.argv[1:]


def client(endpoint="/sparql", **more):
    wrapper = SPARQLWrapper(url + endpoint, **more)
    wrapper.setHTTPAuth(BASIC)
    wrapper.setCredentials("wrapper", token)
    return wrapper


def ask(query, form, method="GET", request=URLENCODED):
    wrapper = client()
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request)
    return wrapper.query()


for request, text in ((URLENCODED, '"wrapped"'), (POSTDIRECTLY, "1.50")):
    update = client("/query", updateEndpoint=url + "/update")
    update.setMethod(POST)
    update.setRequestMethod(request)
    update.setQuery("INSERT DATA { GRAPH <urn:t:wrapper> { <urn:w:a> <urn:w:p> %s } }" % text)
    update.query()

select = "SELECT ?o { <urn:w:a> <urn:w:p> ?o } ORDER BY STR(?o)"
for method, request in (("GET", URLENCODED), ("POST", URLENCODED), ("POST", POSTDIRECTLY)):
    for form in (JSON, XML, CSV, TSV):
        answer = ask(select, form, method, request)
        text = answer.response.read().decode()
        assert "wrapped" in text and "1.50" in text, (method, form, text)

bindings = ask(select, JSON).convert()["results"]["bindings"]
assert [row["o"]["value"] for row in bindings] == ["1.50", "wrapped"], bindings
assert ask("ASK { <urn:w:a> ?p ?o }", JSON).convert()["boolean"] is True

construct = "CONSTRUCT { ?s ?p ?o } { GRAPH <urn:t:wrapper> { ?s ?p ?o } }"
for form in (XML, RDFXML, TURTLE, N3, JSONLD):
    text = ask(construct, form).response.read().decode()
    assert "wrapped" in text, (form, text)
assert len(ask(construct, RDFXML).convert()) == 2

broken = client()
broken.setQuery("SELECT ?o { ?o")
try:
    broken.query()
    raise SystemExit("a query that does not parse was answered")
except Exception as error:
    assert "line 1" in str(error), error
