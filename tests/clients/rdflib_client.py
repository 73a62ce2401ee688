"""rdflib's SPARQLStore and SPARQLUpdateStore: add, ask, read a graph, remove."""

import sys

from rdflib import Dataset, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

url = sys.argv[1]
name = URIRef("urn:r:g")
subject, predicate = URIRef("urn:r:a"), URIRef("urn:r:p")

store = SPARQLUpdateStore(query_endpoint=url + "/query", update_endpoint=url + "/update", autocommit=True)
graph = Graph(store, identifier=name)
graph.add((subject, predicate, Literal("one")))
graph.add((subject, predicate, Literal("ein", lang="de")))
assert len(graph) == 2, len(graph)
assert (subject, predicate, Literal("one")) in graph
graph.remove((subject, predicate, Literal("one")))
assert set(graph.objects(subject, predicate)) == {Literal("ein", lang="de")}

read = SPARQLStore(url + "/query")
rows = list(Graph(read, identifier=name).query("SELECT ?o { ?s ?p ?o }"))
assert rows and rows[0][0] == Literal("ein", lang="de"), rows
names = {context.identifier for context in Dataset(store=read).graphs()}
assert name in names, names
built = Graph(read, identifier=name).query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }").graph
assert len(built) == 1, len(built)
