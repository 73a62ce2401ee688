//! Standard vocabularies: the terms that Kenning writes or reads, and no others.
//!
//! Where a class and a property differ only by case, as `dcat:Dataset` and `dcat:dataset` do, the class is `DATASET_CLASS`.

vocabulary! {
    /// The RDF vocabulary (RDF 1.1 Concepts, section 1.4).
    pub mod rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    TYPE = "type"; PROPERTY = "Property"; LIST = "List"; FIRST = "first"; REST = "rest"; NIL = "nil";
    VALUE = "value"; LANG_STRING = "langString"; DIR_LANG_STRING = "dirLangString";
    STATEMENT = "Statement"; SUBJECT = "subject"; PREDICATE = "predicate"; OBJECT = "object";
    REIFIES = "reifies";
}

vocabulary! {
    /// RDF Schema 1.1.
    pub mod rdfs = "http://www.w3.org/2000/01/rdf-schema#";
    CLASS = "Class"; RESOURCE = "Resource"; LITERAL = "Literal"; DATATYPE = "Datatype"; LABEL = "label";
    COMMENT = "comment"; SEE_ALSO = "seeAlso"; IS_DEFINED_BY = "isDefinedBy";
    SUB_CLASS_OF = "subClassOf"; SUB_PROPERTY_OF = "subPropertyOf"; DOMAIN = "domain"; RANGE = "range";
    MEMBER = "member";
}

vocabulary! {
    /// The OWL 2 vocabulary.
    pub mod owl = "http://www.w3.org/2002/07/owl#";
    ONTOLOGY = "Ontology"; CLASS = "Class"; OBJECT_PROPERTY = "ObjectProperty";
    DATATYPE_PROPERTY = "DatatypeProperty"; ANNOTATION_PROPERTY = "AnnotationProperty";
    NAMED_INDIVIDUAL = "NamedIndividual"; THING = "Thing"; ALL_DISJOINT_CLASSES = "AllDisjointClasses";
    TRANSITIVE_PROPERTY = "TransitiveProperty"; SYMMETRIC_PROPERTY = "SymmetricProperty";
    FUNCTIONAL_PROPERTY = "FunctionalProperty";
    INVERSE_FUNCTIONAL_PROPERTY = "InverseFunctionalProperty"; IMPORTS = "imports";
    VERSION_IRI = "versionIRI"; VERSION_INFO = "versionInfo"; PRIOR_VERSION = "priorVersion";
    DEPRECATED = "deprecated"; SAME_AS = "sameAs"; DIFFERENT_FROM = "differentFrom";
    EQUIVALENT_CLASS = "equivalentClass"; EQUIVALENT_PROPERTY = "equivalentProperty";
    INVERSE_OF = "inverseOf"; DISJOINT_WITH = "disjointWith"; MEMBERS = "members";
    PROPERTY_CHAIN_AXIOM = "propertyChainAxiom";
}

vocabulary! {
    /// The datatypes of XML Schema 1.1 part 2.
    pub mod xsd = "http://www.w3.org/2001/XMLSchema#";
    STRING = "string"; BOOLEAN = "boolean"; DECIMAL = "decimal"; INTEGER = "integer"; DOUBLE = "double";
    FLOAT = "float"; DATE = "date"; DATE_TIME = "dateTime"; DATE_TIME_STAMP = "dateTimeStamp";
    TIME = "time"; G_YEAR = "gYear"; G_YEAR_MONTH = "gYearMonth"; DURATION = "duration";
    DAY_TIME_DURATION = "dayTimeDuration"; YEAR_MONTH_DURATION = "yearMonthDuration";
    ANY_URI = "anyURI"; HEX_BINARY = "hexBinary"; BASE64_BINARY = "base64Binary";
    NON_NEGATIVE_INTEGER = "nonNegativeInteger"; POSITIVE_INTEGER = "positiveInteger";
}

vocabulary! {
    /// The Simple Knowledge Organization System.
    pub mod skos = "http://www.w3.org/2004/02/skos/core#";
    CONCEPT = "Concept"; CONCEPT_SCHEME = "ConceptScheme"; COLLECTION = "Collection";
    ORDERED_COLLECTION = "OrderedCollection"; PREF_LABEL = "prefLabel"; ALT_LABEL = "altLabel";
    HIDDEN_LABEL = "hiddenLabel"; NOTATION = "notation"; DEFINITION = "definition"; NOTE = "note";
    SCOPE_NOTE = "scopeNote"; EXAMPLE = "example"; EDITORIAL_NOTE = "editorialNote";
    HISTORY_NOTE = "historyNote"; CHANGE_NOTE = "changeNote"; BROADER = "broader";
    NARROWER = "narrower"; RELATED = "related"; BROADER_TRANSITIVE = "broaderTransitive";
    NARROWER_TRANSITIVE = "narrowerTransitive"; IN_SCHEME = "inScheme"; TOP_CONCEPT_OF = "topConceptOf";
    HAS_TOP_CONCEPT = "hasTopConcept"; EXACT_MATCH = "exactMatch"; CLOSE_MATCH = "closeMatch";
    BROAD_MATCH = "broadMatch"; NARROW_MATCH = "narrowMatch"; RELATED_MATCH = "relatedMatch";
    MAPPING_RELATION = "mappingRelation"; SEMANTIC_RELATION = "semanticRelation"; MEMBER = "member";
    MEMBER_LIST = "memberList";
}

vocabulary! {
    /// The metadata terms of the Dublin Core Metadata Initiative.
    pub mod dcterms = "http://purl.org/dc/terms/";
    TITLE = "title"; ALTERNATIVE = "alternative"; ABSTRACT = "abstract"; DESCRIPTION = "description";
    SUBJECT = "subject"; CREATOR = "creator"; CONTRIBUTOR = "contributor"; PUBLISHER = "publisher";
    CREATED = "created"; MODIFIED = "modified"; ISSUED = "issued"; AVAILABLE = "available";
    VALID = "valid"; DATE = "date"; SOURCE = "source"; REFERENCES = "references";
    IS_REFERENCED_BY = "isReferencedBy"; IS_REPLACED_BY = "isReplacedBy"; REPLACES = "replaces";
    RELATION = "relation"; HAS_PART = "hasPart"; IS_PART_OF = "isPartOf"; HAS_VERSION = "hasVersion";
    IS_VERSION_OF = "isVersionOf"; FORMAT = "format"; LANGUAGE = "language"; LICENSE = "license";
    RIGHTS = "rights"; RIGHTS_HOLDER = "rightsHolder"; TYPE = "type"; IDENTIFIER = "identifier";
    BIBLIOGRAPHIC_CITATION = "bibliographicCitation"; CONFORMS_TO = "conformsTo"; EXTENT = "extent";
    TEMPORAL = "temporal"; AUDIENCE = "audience";
}

vocabulary! {
    /// The PROV ontology.
    pub mod prov = "http://www.w3.org/ns/prov#";
    ENTITY = "Entity"; ACTIVITY = "Activity"; AGENT = "Agent"; PERSON = "Person";
    ORGANIZATION = "Organization"; SOFTWARE_AGENT = "SoftwareAgent"; BUNDLE = "Bundle"; PLAN = "Plan";
    COLLECTION = "Collection"; WAS_ATTRIBUTED_TO = "wasAttributedTo";
    WAS_GENERATED_BY = "wasGeneratedBy"; WAS_DERIVED_FROM = "wasDerivedFrom";
    WAS_REVISION_OF = "wasRevisionOf"; WAS_ASSOCIATED_WITH = "wasAssociatedWith";
    WAS_INFORMED_BY = "wasInformedBy"; WAS_INVALIDATED_BY = "wasInvalidatedBy";
    WAS_QUOTED_FROM = "wasQuotedFrom"; HAD_PRIMARY_SOURCE = "hadPrimarySource";
    SPECIALIZATION_OF = "specializationOf"; ALTERNATE_OF = "alternateOf";
    ACTED_ON_BEHALF_OF = "actedOnBehalfOf"; USED = "used"; GENERATED = "generated";
    HAD_PLAN = "hadPlan"; HAD_MEMBER = "hadMember"; STARTED_AT_TIME = "startedAtTime";
    ENDED_AT_TIME = "endedAtTime"; GENERATED_AT_TIME = "generatedAtTime";
    INVALIDATED_AT_TIME = "invalidatedAtTime"; AT_TIME = "atTime"; VALUE = "value";
}

vocabulary! {
    /// Friend of a friend: people, groups and documents.
    pub mod foaf = "http://xmlns.com/foaf/0.1/";
    AGENT = "Agent"; PERSON = "Person"; GROUP = "Group"; ORGANIZATION = "Organization";
    DOCUMENT = "Document"; IMAGE = "Image"; NAME = "name"; NICK = "nick";
    MBOX = "mbox"; HOMEPAGE = "homepage"; PAGE = "page"; MEMBER = "member";
    KNOWS = "knows"; TOPIC = "topic"; TOPIC_INTEREST = "topic_interest"; PRIMARY_TOPIC = "primaryTopic";
    DEPICTION = "depiction";
}

vocabulary! {
    /// The schema.org vocabulary.
    pub mod schema = "https://schema.org/";
    ARTICLE = "Article"; CREATIVE_WORK = "CreativeWork"; PERSON = "Person";
    ORGANIZATION = "Organization"; EVENT = "Event"; CLAIM = "Claim"; DATASET = "Dataset";
    THING = "Thing"; ABOUT = "about"; MENTIONS = "mentions"; SUBJECT_OF = "subjectOf"; NAME = "name";
    HEADLINE = "headline"; DESCRIPTION = "description"; TEXT = "text"; KEYWORDS = "keywords";
    AUTHOR = "author"; AFFILIATION = "affiliation"; JOB_TITLE = "jobTitle";
    DATE_CREATED = "dateCreated"; DATE_MODIFIED = "dateModified"; DATE_PUBLISHED = "datePublished";
    IMAGE = "image"; URL = "url"; POSITION = "position"; IS_BASED_ON = "isBasedOn";
    KNOWS_ABOUT = "knowsAbout"; DOMAIN_INCLUDES = "domainIncludes"; RANGE_INCLUDES = "rangeIncludes";
    TRANSLATION_OF_WORK = "translationOfWork"; TIME_REQUIRED = "timeRequired";
    IN_LANGUAGE = "inLanguage"; WORD_COUNT = "wordCount"; CATEGORY = "category"; SAME_AS = "sameAs";
}

vocabulary! {
    /// The Web Annotation vocabulary.
    pub mod oa = "http://www.w3.org/ns/oa#";
    ANNOTATION = "Annotation"; SPECIFIC_RESOURCE = "SpecificResource";
    TEXT_POSITION_SELECTOR = "TextPositionSelector"; TEXT_QUOTE_SELECTOR = "TextQuoteSelector";
    FRAGMENT_SELECTOR = "FragmentSelector"; HAS_SELECTOR = "hasSelector"; HAS_SOURCE = "hasSource";
    HAS_TARGET = "hasTarget"; HAS_BODY = "hasBody"; MOTIVATED_BY = "motivatedBy"; START = "start";
    END = "end"; EXACT = "exact"; PREFIX = "prefix"; SUFFIX = "suffix"; ASSESSING = "assessing";
    EDITING = "editing"; TAGGING = "tagging"; TEXTUAL_BODY = "TextualBody"; HAS_PURPOSE = "hasPurpose";
}

vocabulary! {
    /// The Citation Typing Ontology.
    pub mod cito = "http://purl.org/spar/cito/";
    CITES = "cites"; IS_CITED_BY = "isCitedBy"; CITES_AS_SOURCE_DOCUMENT = "citesAsSourceDocument";
    CITES_AS_EVIDENCE = "citesAsEvidence"; CITES_AS_AUTHORITY = "citesAsAuthority";
    DISAGREES_WITH = "disagreesWith"; SUPPORTS = "supports";
}

vocabulary! {
    /// The organization ontology.
    pub mod org = "http://www.w3.org/ns/org#";
    ORGANIZATION_CLASS = "Organization"; FORMAL_ORGANIZATION = "FormalOrganization";
    ORGANIZATIONAL_UNIT = "OrganizationalUnit";
    ORGANIZATIONAL_COLLABORATION = "OrganizationalCollaboration"; MEMBERSHIP = "Membership";
    ROLE_CLASS = "Role"; POST = "Post"; SITE = "Site"; CHANGE_EVENT = "ChangeEvent";
    MEMBER_OF = "memberOf"; HAS_MEMBER = "hasMember"; UNIT_OF = "unitOf"; HAS_UNIT = "hasUnit";
    SUB_ORGANIZATION_OF = "subOrganizationOf"; HAS_SUB_ORGANIZATION = "hasSubOrganization";
    ROLE = "role"; REPORTS_TO = "reportsTo"; HEAD_OF = "headOf"; HOLDS = "holds"; POST_IN = "postIn";
    ORGANIZATION = "organization"; MEMBER = "member"; MEMBER_DURING = "memberDuring";
    LINKED_TO = "linkedTo";
}

vocabulary! {
    /// The data catalog vocabulary.
    pub mod dcat = "http://www.w3.org/ns/dcat#";
    CATALOG = "Catalog"; DATASET_CLASS = "Dataset"; DISTRIBUTION_CLASS = "Distribution";
    DATA_SERVICE = "DataService"; DATASET = "dataset"; DISTRIBUTION = "distribution";
    SERVICE = "service"; ACCESS_URL = "accessURL"; DOWNLOAD_URL = "downloadURL";
    ENDPOINT_URL = "endpointURL"; ENDPOINT_DESCRIPTION = "endpointDescription";
    SERVES_DATASET = "servesDataset"; MEDIA_TYPE = "mediaType"; BYTE_SIZE = "byteSize"; THEME = "theme";
    KEYWORD = "keyword"; LANDING_PAGE = "landingPage"; CONTACT_POINT = "contactPoint";
}

vocabulary! {
    /// The data quality vocabulary.
    pub mod dqv = "http://www.w3.org/ns/dqv#";
    METRIC = "Metric"; DIMENSION = "Dimension"; CATEGORY = "Category";
    QUALITY_MEASUREMENT = "QualityMeasurement"; QUALITY_ANNOTATION = "QualityAnnotation";
    IS_MEASUREMENT_OF = "isMeasurementOf"; HAS_QUALITY_MEASUREMENT = "hasQualityMeasurement";
    COMPUTED_ON = "computedOn"; VALUE = "value"; EXPECTED_DATA_TYPE = "expectedDataType";
    IN_DIMENSION = "inDimension"; IN_CATEGORY = "inCategory";
}

vocabulary! {
    /// The vocabulary of interlinked datasets.
    pub mod void = "http://rdfs.org/ns/void#";
    DATASET = "Dataset"; DATASET_DESCRIPTION = "DatasetDescription"; LINKSET = "Linkset";
    TRIPLES = "triples"; ENTITIES = "entities"; CLASSES = "classes"; PROPERTIES = "properties";
    DISTINCT_SUBJECTS = "distinctSubjects"; DISTINCT_OBJECTS = "distinctObjects";
    DOCUMENTS = "documents"; CLASS_PARTITION = "classPartition";
    PROPERTY_PARTITION = "propertyPartition"; CLASS = "class"; PROPERTY = "property"; SUBSET = "subset";
    URI_SPACE = "uriSpace"; URI_REGEX_PATTERN = "uriRegexPattern"; VOCABULARY = "vocabulary";
    FEATURE = "feature"; DATA_DUMP = "dataDump"; SPARQL_ENDPOINT = "sparqlEndpoint";
    EXAMPLE_RESOURCE = "exampleResource"; ROOT_RESOURCE = "rootResource"; IN_DATASET = "inDataset";
}

vocabulary! {
    /// The SPARQL 1.1 service description vocabulary.
    pub mod sd = "http://www.w3.org/ns/sparql-service-description#";
    SERVICE = "Service"; DATASET = "Dataset"; GRAPH_CLASS = "Graph"; NAMED_GRAPH_CLASS = "NamedGraph";
    ENDPOINT = "endpoint"; FEATURE = "feature"; DEFAULT_DATASET = "defaultDataset";
    AVAILABLE_GRAPHS = "availableGraphs"; DEFAULT_GRAPH = "defaultGraph"; NAMED_GRAPH = "namedGraph";
    NAME = "name"; GRAPH = "graph"; SUPPORTED_LANGUAGE = "supportedLanguage";
    RESULT_FORMAT = "resultFormat"; INPUT_FORMAT = "inputFormat";
    EXTENSION_FUNCTION = "extensionFunction"; LANGUAGE_EXTENSION = "languageExtension";
    DEFAULT_ENTAILMENT_REGIME = "defaultEntailmentRegime"; UNION_DEFAULT_GRAPH = "UnionDefaultGraph";
    DEREFERENCES_UR_IS = "DereferencesURIs"; BASIC_FEDERATED_QUERY = "BasicFederatedQuery";
    EMPTY_GRAPHS = "EmptyGraphs"; SPARQL10_QUERY = "SPARQL10Query"; SPARQL11_QUERY = "SPARQL11Query";
    SPARQL11_UPDATE = "SPARQL11Update";
}

vocabulary! {
    /// Annotations of vocabulary descriptions.
    pub mod vann = "http://purl.org/vocab/vann/";
    PREFERRED_NAMESPACE_PREFIX = "preferredNamespacePrefix";
    PREFERRED_NAMESPACE_URI = "preferredNamespaceUri"; USAGE_NOTE = "usageNote"; EXAMPLE = "example";
    CHANGES = "changes";
}

vocabulary! {
    /// The Shapes Constraint Language.
    pub mod sh = "http://www.w3.org/ns/shacl#";
    NODE_SHAPE = "NodeShape"; PROPERTY_SHAPE = "PropertyShape"; VALIDATION_REPORT = "ValidationReport";
    VALIDATION_RESULT = "ValidationResult"; VIOLATION = "Violation"; WARNING = "Warning"; INFO = "Info";
    BLANK_NODE = "BlankNode"; IRI = "IRI"; LITERAL = "Literal"; BLANK_NODE_OR_IRI = "BlankNodeOrIRI";
    BLANK_NODE_OR_LITERAL = "BlankNodeOrLiteral"; IRI_OR_LITERAL = "IRIOrLiteral";
    CONFORMS = "conforms"; RESULT = "result"; FOCUS_NODE = "focusNode"; RESULT_PATH = "resultPath";
    RESULT_MESSAGE = "resultMessage"; RESULT_SEVERITY = "resultSeverity"; SOURCE_SHAPE = "sourceShape";
    SOURCE_CONSTRAINT_COMPONENT = "sourceConstraintComponent"; SOURCE_CONSTRAINT = "sourceConstraint"; VALUE = "value"; DETAIL = "detail";
    SEVERITY = "severity"; MESSAGE = "message"; TARGET_CLASS = "targetClass";
    TARGET_NODE = "targetNode"; TARGET_SUBJECTS_OF = "targetSubjectsOf";
    TARGET_OBJECTS_OF = "targetObjectsOf"; PROPERTY = "property"; PATH = "path"; NODE = "node";
    CLASS = "class"; DATATYPE = "datatype"; NODE_KIND = "nodeKind"; MIN_COUNT = "minCount";
    MAX_COUNT = "maxCount"; MIN_INCLUSIVE = "minInclusive"; MAX_INCLUSIVE = "maxInclusive";
    MIN_EXCLUSIVE = "minExclusive"; MAX_EXCLUSIVE = "maxExclusive"; MIN_LENGTH = "minLength";
    MAX_LENGTH = "maxLength"; PATTERN = "pattern"; FLAGS = "flags"; LANGUAGE_IN = "languageIn";
    UNIQUE_LANG = "uniqueLang"; EQUALS = "equals"; DISJOINT = "disjoint"; LESS_THAN = "lessThan";
    LESS_THAN_OR_EQUALS = "lessThanOrEquals"; NOT = "not"; AND = "and"; OR = "or"; XONE = "xone";
    CLOSED = "closed"; IGNORED_PROPERTIES = "ignoredProperties"; HAS_VALUE = "hasValue"; IN = "in";
    QUALIFIED_VALUE_SHAPE = "qualifiedValueShape"; QUALIFIED_MIN_COUNT = "qualifiedMinCount";
    QUALIFIED_MAX_COUNT = "qualifiedMaxCount";
    QUALIFIED_VALUE_SHAPES_DISJOINT = "qualifiedValueShapesDisjoint"; DEACTIVATED = "deactivated";
    NAME = "name"; DESCRIPTION = "description"; ORDER = "order"; GROUP = "group";
    DEFAULT_VALUE = "defaultValue"; INVERSE_PATH = "inversePath"; ALTERNATIVE_PATH = "alternativePath";
    ZERO_OR_MORE_PATH = "zeroOrMorePath"; ONE_OR_MORE_PATH = "oneOrMorePath";
    ZERO_OR_ONE_PATH = "zeroOrOnePath"; SPARQL = "sparql"; SELECT = "select"; ASK = "ask";
    PREFIXES = "prefixes"; DECLARE = "declare"; PREFIX = "prefix"; NAMESPACE_PROPERTY = "namespace";
    SHAPES_GRAPH = "shapesGraph"; ENTAILMENT = "entailment"; SPARQL_CONSTRAINT = "SPARQLConstraint";
    SPARQL_CONSTRAINT_COMPONENT = "SPARQLConstraintComponent"; PARAMETER = "parameter";
    VALIDATOR = "validator"; NODE_VALIDATOR = "nodeValidator"; PROPERTY_VALIDATOR = "propertyValidator";
    OPTIONAL = "optional"; LABEL_TEMPLATE = "labelTemplate";
}

vocabulary! {
    /// Description of a project.
    pub mod doap = "http://usefulinc.com/ns/doap#";
    PROJECT = "Project"; NAME = "name"; HOMEPAGE = "homepage";
}

vocabulary! {
    /// The data privacy vocabulary.
    pub mod dpv = "https://w3id.org/dpv#";
    PERSONAL_DATA = "PersonalData"; HAS_PERSONAL_DATA = "hasPersonalData"; HAS_PURPOSE = "hasPurpose";
    HAS_LEGAL_BASIS = "hasLegalBasis";
}
