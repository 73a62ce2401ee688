//! Constants of the module `types`: kinds of knowledge, how it changes form, and strategies for moving it.
//! Defined in `ontologies/km-types.ttl`.

terms! { TYPES_LIST
    /// Class. A kind of knowledge, by how far it can be put into words and by where it sits.
    KNOWLEDGE_TYPE = "KnowledgeType";
    /// Class. A body of know-how or know-that about a topic which some person, group, artefact or system holds,
    /// whether or not any of it is written down.
    KNOWLEDGE_ASSET = "KnowledgeAsset";
    /// Class. One of the four ways in which knowledge passes between what people carry in them and what is put into
    /// words.
    CONVERSION_MODE = "ConversionMode";
    /// Class. A dated happening in which knowledge was passed on or changed form, such as a week of shadowing, a
    /// write-up or a training.
    CONVERSION_EVENT = "ConversionEvent";
    /// Class. A settled preference for how an organisation brings knowledge from where it is to where it is needed.
    STRATEGY = "Strategy";
    /// Class. Whether knowledge is put out ahead of need or fetched when the need arises.
    FLOW_DIRECTION = "FlowDirection";
    /// Property. Joins an asset, an event, an expertise statement or a community to the topic it concerns.
    ABOUT_CONCEPT = "aboutConcept";
    /// Property. Says of which kind the knowledge of an asset, or the knowledge behind a concept, is.
    HAS_KNOWLEDGE_TYPE = "hasKnowledgeType";
    /// Property. Joins an asset to a person, group, artefact or system in which it resides.
    HELD_BY = "heldBy";
    /// Property. Joins an asset to a note that puts at least part of it into words.
    EXPRESSED_IN = "expressedIn";
    /// Property. The form of knowledge in which a conversion mode starts.
    FROM_KNOWLEDGE_TYPE = "fromKnowledgeType";
    /// Property. The form of knowledge in which a conversion mode ends.
    TO_KNOWLEDGE_TYPE = "toKnowledgeType";
    /// Property. Says in which mode an event moved knowledge.
    BY_MODE = "byMode";
    /// Property. Joins an event to somebody from whom knowledge came.
    SHARED_BY = "sharedBy";
    /// Property. Joins an event to somebody who gained knowledge.
    ACQUIRED_BY = "acquiredBy";
    /// Property. Joins an event to the practice of which it was an instance.
    THROUGH_PRACTICE = "throughPractice";
    /// Property. Says for which kind of knowledge a strategy, a practice or a protection method works well.
    SUITS_KNOWLEDGE_TYPE = "suitsKnowledgeType";
    /// Property. Says whether a strategy pushes knowledge out or lets it be pulled.
    HAS_FLOW_DIRECTION = "hasFlowDirection";
    /// Property with a plain value. Estimate between 0 and 1 of how much of an asset can be written down at all.
    EXPRESSIBLE_SHARE = "expressibleShare";
    /// Property with a plain value. Hours that an event took, counted once for the event however many people took
    /// part.
    EFFORT_HOURS = "effortHours";
    /// Scheme. Kinds of knowledge that the literature tells apart.
    KNOWLEDGE_TYPES = "KnowledgeTypes";
    /// In `km:KnowledgeTypes`. Carried in a person's practice and judgement, and hard to put into words.
    TACIT = "tacit";
    /// In `km:KnowledgeTypes`. Consciously held, and put or easily put into words, figures or drawings.
    EXPLICIT = "explicit";
    /// In `km:KnowledgeTypes`. Built into routines, tools, products or the shape of an organisation.
    EMBEDDED = "embedded";
    /// In `km:KnowledgeTypes`. Present in what people are able to do, in their hands, senses and habits.
    EMBODIED = "embodied";
    /// Scheme. The four modes of the SECI model of Nonaka and Takeuchi.
    CONVERSION_MODES = "ConversionModes";
    /// In `km:ConversionModes`. Knowledge passes from person to person by doing things together, without being put
    /// into words.
    SOCIALIZATION = "socialization";
    /// In `km:ConversionModes`. Somebody puts into words or pictures what they knew how to do.
    EXTERNALIZATION = "externalization";
    /// In `km:ConversionModes`. What is already in words is sorted, joined or rewritten into something new.
    COMBINATION = "combination";
    /// In `km:ConversionModes`. Somebody makes what was in words their own by using it.
    INTERNALIZATION = "internalization";
    /// Scheme. The two basic strategies for moving knowledge.
    STRATEGIES = "Strategies";
    /// In `km:Strategies`. Put knowledge into documents and systems, so that others can fetch it without its
    /// author.
    CODIFICATION = "codification";
    /// In `km:Strategies`. Bring those who need to know together with those who know.
    PERSONALIZATION = "personalization";
    /// Scheme. The two directions in which knowledge can be set moving.
    FLOW_DIRECTIONS = "FlowDirections";
    /// In `km:FlowDirections`. Knowledge is written down and put out before anybody asks.
    PUSH = "push";
    /// In `km:FlowDirections`. Knowledge is asked for, from a person, when somebody needs it.
    PULL = "pull";
}
