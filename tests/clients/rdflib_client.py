"""rdflib's SPARQLStore and SPARQLUpdateStore, with a token: add, ask, read a graph, remove."""

import base64
import sys

from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

which, url, token = sys.argv[1:]
name = URIRef("urn:t:rdflib")
subject, predicate = URIRef("urn:r:a"), URIRef("urn:r:p")
# A client that knows names and passwords sends the token as the password.
basic = base64.b64encode(f"rdflib:{token}".encode()).decode()
headers = {"Authorization": f"Basic {basic}"}


def updates():
    store = SPARQLUpdateStore(
        query_endpoint=url + "/query", update_endpoint=url + "/update", autocommit=True, headers=headers
    )
    graph = Graph(store, identifier=name)
    graph.add((subject, predicate, Literal("one")))
    graph.add((subject, predicate, Literal("ein", lang="de")))
    assert len(graph) == 2, len(graph)
    assert (subject, predicate, Literal("one")) in graph
    graph.remove((subject, predicate, Literal("one")))
    assert set(graph.objects(subject, predicate)) == {Literal("ein", lang="de")}
    graph.update("INSERT DATA { <urn:r:b> <urn:r:p> 1.50 }")
    assert len(graph) == 2, len(graph)
    store.add_graph(Graph(store, identifier=URIRef("urn:t:other")))
    store.remove_graph(Graph(store, identifier=URIRef("urn:t:other")))


def queries():
    read = SPARQLStore(url + "/query", headers=headers)
    rows = list(Graph(read, identifier=name).query("SELECT ?o { <urn:r:a> ?p ?o }"))
    assert [row[0] for row in rows] == [Literal("ein", lang="de")], rows
    names = set(read.contexts())
    assert name in names, names
    built = Graph(read, identifier=name).query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }").graph
    assert len(built) == 2, len(built)
    assert Graph(read, identifier=name).query("ASK { <urn:r:a> ?p ?o }").askAnswer is True
    described = Graph(read, identifier=name).query("DESCRIBE <urn:r:a>").graph
    assert len(described) == 1, len(described)
    # What nobody signed in for is not there.
    nobody = SPARQLStore(url + "/query")
    assert not list(Graph(nobody, identifier=name).query("SELECT ?o { ?s ?p ?o }"))


{"updates": updates, "queries": queries}[which]()
