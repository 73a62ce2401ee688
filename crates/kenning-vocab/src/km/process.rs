//! Constants of the module `process`: processes, practices, technologies, barriers and retention.
//! Defined in `ontologies/km-process.ttl`.

terms! { PROCESS_LIST
    /// Class. A recurring kind of work on knowledge, such as creating, storing or applying it.
    KNOWLEDGE_PROCESS = "KnowledgeProcess";
    /// Class. An organised way of working that moves or keeps knowledge.
    PRACTICE = "Practice";
    /// Class. A kind of tool that supports work on knowledge.
    TECHNOLOGY = "Technology";
    /// Class. Something that keeps knowledge from being shared, understood or used.
    BARRIER = "Barrier";
    /// Class. One of the broad ingredients that an effort to manage knowledge combines.
    COMPONENT = "Component";
    /// Class. A planned effort to improve how knowledge is handled, with a goal, somebody in charge and a period.
    INITIATIVE = "Initiative";
    /// Class. An initiative that keeps the knowledge of particular people when they leave or change their role.
    RETENTION_PLAN = "RetentionPlan";
    /// Class. A family of measures against losing knowledge.
    RETENTION_FAMILY = "RetentionFamily";
    /// Class. A step of an effort to retain knowledge.
    RETENTION_STAGE = "RetentionStage";
    /// Class. The event of a person leaving a unit or the organisation, planned or past.
    DEPARTURE = "Departure";
    /// Property. Joins a practice or technology to a knowledge process that it serves.
    SUPPORTS_PROCESS = "supportsProcess";
    /// Property. Joins a practice to a conversion mode that it usually brings about.
    CARRIES_MODE = "carriesMode";
    /// Property. Joins a practice or technology to a strategy that it serves.
    SUPPORTS_STRATEGY = "supportsStrategy";
    /// Property. Places a practice, process, barrier or technology under people, process or technology.
    OF_COMPONENT = "ofComponent";
    /// Property. Joins a process, an event, an initiative or a topic to a barrier that stands in its way.
    HINDERED_BY = "hinderedBy";
    /// Property. Places a retention plan or a practice in one of the families of retention.
    IN_RETENTION_FAMILY = "inRetentionFamily";
    /// Property. The step that a retention plan has reached.
    AT_RETENTION_STAGE = "atRetentionStage";
    /// Property. Joins a retention plan to an asset that it is meant to keep.
    COVERS_ASSET = "coversAsset";
    /// Property. The person whom a departure or a retention plan concerns.
    DEPARTING_PERSON = "departingPerson";
    /// Property with a plain value. Last day of work of the departing person.
    DEPARTURE_DATE = "departureDate";
    /// Scheme. Kinds of work on knowledge, in the order in which knowledge usually meets them.
    KNOWLEDGE_PROCESSES = "KnowledgeProcesses";
    /// In `km:KnowledgeProcesses`. Somebody comes to know something that nobody here knew.
    CREATION = "creation";
    /// In `km:KnowledgeProcesses`. What is known is put into words, figures or rules.
    CODIFYING = "codifying";
    /// In `km:KnowledgeProcesses`. What has been written down is kept where it can be found again.
    STORING = "storing";
    /// In `km:KnowledgeProcesses`. Knowledge passes from those who have it to those who need it.
    SHARING = "sharing";
    /// In `km:KnowledgeProcesses`. Knowledge is used in a decision, a product or a piece of work.
    APPLYING = "applying";
    /// In `km:KnowledgeProcesses`. Knowledge is kept in the house although people come and go.
    RETAINING = "retaining";
    /// In `km:KnowledgeProcesses`. What no longer holds is marked, moved aside or dropped.
    RETIRING = "retiring";
    /// Scheme. Organised ways of moving or keeping knowledge.
    PRACTICES = "Practices";
    /// In `km:Practices`. People tell what happened, and listeners draw from it what no rule would hold.
    STORYTELLING = "storytelling";
    /// In `km:Practices`. An experienced person accompanies a newer one over months.
    MENTORING = "mentoring";
    /// In `km:Practices`. Somebody learns a craft by working under somebody who masters it.
    APPRENTICESHIP = "apprenticeship";
    /// In `km:Practices`. Somebody goes along with a colleague for a while and watches.
    JOB_SHADOWING = "jobShadowing";
    /// In `km:Practices`. Two people do one piece of work together.
    PAIR_WORK = "pairWork";
    /// In `km:Practices`. Those who took part in something compare what was meant to happen with what did, and why.
    AFTER_ACTION_REVIEW = "afterActionReview";
    /// In `km:Practices`. One project takes over what another has learnt.
    CROSS_PROJECT_LEARNING = "crossProjectLearning";
    /// In `km:Practices`. A way of working that has proved itself in one place is brought to another.
    BEST_PRACTICE_TRANSFER = "bestPracticeTransfer";
    /// In `km:Practices`. Drawing up who or what holds which knowledge.
    KNOWLEDGE_MAPPING = "knowledgeMapping";
    /// In `km:Practices`. An event at which people show one another what they know and do.
    KNOWLEDGE_FAIR = "knowledgeFair";
    /// In `km:Practices`. Somebody asks a holder of knowledge with care, and writes the answers down.
    EXPERT_INTERVIEW = "expertInterview";
    /// In `km:Practices`. Somebody between groups carries questions and answers across.
    KNOWLEDGE_BROKER = "knowledgeBroker";
    /// In `km:Practices`. Keeping track of which abilities people have and which are needed.
    COMPETENCY_MANAGEMENT = "competencyManagement";
    /// In `km:Practices`. People learn from material that was prepared for them, and try it out.
    TRAINING = "training";
    /// In `km:Practices`. Writing down how things are done, and keeping it right.
    DOCUMENTATION = "documentation";
    /// In `km:Practices`. People who share a practice meet to talk about their cases.
    COMMUNITY_MEETING = "communityMeeting";
    /// Scheme. Kinds of tools for work on knowledge.
    TECHNOLOGIES = "Technologies";
    /// In `km:Technologies`. Tools with which people write and talk together, such as wikis and chats.
    GROUPWARE = "groupware";
    /// In `km:Technologies`. Tools that move work from person to person by rule.
    WORKFLOW_SYSTEM = "workflowSystem";
    /// In `km:Technologies`. Tools that keep documents, their versions and their readers.
    CONTENT_MANAGEMENT = "contentManagement";
    /// In `km:Technologies`. One door to many systems.
    PORTAL = "portal";
    /// In `km:Technologies`. Courses that people take at a screen.
    ELEARNING = "elearning";
    /// In `km:Technologies`. Tools for schedules, projects and who does what when.
    PLANNING_TOOL = "planningTool";
    /// In `km:Technologies`. Tools that let people meet across a distance.
    TELEPRESENCE = "telepresence";
    /// In `km:Technologies`. Tools that hold meaning in a form that machines can follow, such as vocabularies and
    /// graphs.
    SEMANTIC_TECHNOLOGY = "semanticTechnology";
    /// In `km:Technologies`. Programs that apply the rules of a field to a case.
    EXPERT_SYSTEM = "expertSystem";
    /// In `km:Technologies`. A store of documents and data that people search.
    REPOSITORY = "repository";
    /// Scheme. What stands in the way of knowledge.
    BARRIERS = "Barriers";
    /// In `km:Barriers`. Rules, distance or habit keep those who know from telling those who need.
    SHARING_BARRIER = "sharingBarrier";
    /// In `km:Barriers`. People lack the schooling to take up what they are given.
    INSUFFICIENT_KNOWLEDGE = "insufficientKnowledge";
    /// In `km:Barriers`. What comes in does not connect with how a person or group sees things.
    PERCEPTUAL_MISMATCH = "perceptualMismatch";
    /// In `km:Barriers`. People keep to what they are used to.
    RESISTANCE = "resistance";
    /// In `km:Barriers`. Units keep what they know to themselves.
    SILO = "silo";
    /// In `km:Barriers`. People fear that sharing will be used against them, or see nothing in it for themselves.
    LACK_OF_TRUST = "lackOfTrust";
    /// In `km:Barriers`. There is more to read than anybody has time for.
    OVERLOAD = "overload";
    /// In `km:Barriers`. Nobody can say who should do what with knowledge, and when.
    UNCLEAR_PROCESS = "unclearProcess";
    /// In `km:Barriers`. The tools cannot do what is needed, or nobody can use them.
    TECHNOLOGY_LIMIT = "technologyLimit";
    /// Scheme. The three broad ingredients of knowledge management.
    COMPONENTS = "Components";
    /// In `km:Components`. What people know, want and are used to.
    PEOPLE = "people";
    /// In `km:Components`. How work is cut up, ordered and decided.
    PROCESS_COMPONENT = "processComponent";
    /// In `km:Components`. The tools that carry it.
    TECHNOLOGY_COMPONENT = "technologyComponent";
    /// Scheme. Families of measures against losing knowledge.
    RETENTION_FAMILIES = "RetentionFamilies";
    /// In `km:RetentionFamilies`. Ways of hiring, keeping and rewarding people that make leaving rarer or slower.
    PEOPLE_RETENTION = "peopleRetention";
    /// In `km:RetentionFamilies`. Those who leave pass on what they know to those who stay.
    TRANSFER_RETENTION = "transferRetention";
    /// In `km:RetentionFamilies`. What has been lost, or is about to be, is won back from records and from people
    /// who left.
    RECOVERY_RETENTION = "recoveryRetention";
    /// In `km:RetentionFamilies`. Tools that capture, store and share what people know.
    TECHNICAL_RETENTION = "technicalRetention";
    /// Scheme. The steps of an effort to retain knowledge.
    RETENTION_STAGES = "RetentionStages";
    /// In `km:RetentionStages`. It is being settled whether and which knowledge must be kept.
    DECIDING = "deciding";
    /// In `km:RetentionStages`. It is settled who passes on what to whom, and when.
    PLANNING = "planning";
    /// In `km:RetentionStages`. The transfer is under way or done.
    IMPLEMENTING = "implementing";
}
