//! Constants of the module `expertise`: people, what they know, and communities.
//! Defined in `ontologies/km-expertise.ttl`.

terms! { EXPERTISE_LIST
    /// Class. A person whose work consists mainly of using and making knowledge.
    KNOWLEDGE_WORKER = "KnowledgeWorker";
    /// Class. A dated statement that somebody knows a topic to some level, with what it rests on.
    EXPERTISE_STATEMENT = "ExpertiseStatement";
    /// Class. A step in an ordered scale of how well somebody knows a topic.
    EXPERTISE_LEVEL = "ExpertiseLevel";
    /// Class. A group of people who share a practice and learn it from one another.
    COMMUNITY_OF_PRACTICE = "CommunityOfPractice";
    /// Class. A maintained list through which people find who knows what.
    EXPERT_DIRECTORY = "ExpertDirectory";
    /// Class. A request for help on a topic that was passed on to a person, with its outcome.
    REFERRAL = "Referral";
    /// Class. How a referral ended.
    REFERRAL_OUTCOME = "ReferralOutcome";
    /// Class. A part that somebody plays in how an organisation handles what it knows.
    KNOWLEDGE_ROLE = "KnowledgeRole";
    /// Class. How openly a person lets themselves be named as somebody who knows.
    VISIBILITY = "Visibility";
    /// Property. The person or group that an expertise statement is about.
    EXPERT = "expert";
    /// Property. The level that an expertise statement gives.
    HAS_EXPERTISE_LEVEL = "hasExpertiseLevel";
    /// Property. Something on which an expertise statement or a finding rests, such as a note, a revision or a
    /// referral.
    EVIDENCE = "evidence";
    /// Property. Short form of an expertise statement, for simple readers.
    KNOWS_ABOUT = "knowsAbout";
    /// Property. How openly an agent may be named in answers.
    HAS_VISIBILITY = "hasVisibility";
    /// Property. Joins a community to a topic that it practises.
    COVERS_TOPIC = "coversTopic";
    /// Property. The person who passed a referral on.
    REFERRED_BY = "referredBy";
    /// Property. The person to whom a referral was passed.
    REFERRED_TO = "referredTo";
    /// Property. How a referral ended.
    HAS_OUTCOME = "hasOutcome";
    /// Property with a plain value. Computed strength of a statement, between 0 and 1.
    SCORE = "score";
    /// Scheme. How well a topic is known, lowest first.
    EXPERTISE_LEVELS = "ExpertiseLevels";
    /// In `km:ExpertiseLevels`. Knows that the topic exists and whom to ask.
    AWARE = "aware";
    /// In `km:ExpertiseLevels`. Works with the topic without help.
    PRACTITIONER = "practitioner";
    /// In `km:ExpertiseLevels`. Others ask this person, and exceptions end here.
    EXPERT_LEVEL = "expertLevel";
    /// In `km:ExpertiseLevels`. Nobody else is known to know it.
    SOLE_HOLDER = "soleHolder";
    /// Scheme. How openly people may be named.
    VISIBILITIES = "Visibilities";
    /// In `km:Visibilities`. May be named to whoever can read the evidence.
    NAMED = "named";
    /// In `km:Visibilities`. May be asked through the system without being named.
    REACHABLE = "reachable";
    /// In `km:Visibilities`. Is neither named nor counted in answers to others.
    HIDDEN = "hidden";
    /// Scheme. How a referral can end.
    REFERRAL_OUTCOMES = "ReferralOutcomes";
    /// In `km:ReferralOutcomes`. The person could help.
    HELPED = "helped";
    /// In `km:ReferralOutcomes`. The person knew somebody better.
    PASSED_ON = "passedOn";
    /// In `km:ReferralOutcomes`. The person could not or would not help.
    DECLINED = "declined";
    /// In `km:ReferralOutcomes`. No answer came.
    UNANSWERED = "unanswered";
    /// Scheme. Parts that people play in the handling of knowledge.
    KNOWLEDGE_ROLES = "KnowledgeRoles";
    /// In `km:KnowledgeRoles`. Answers at the top of an organisation for how it handles knowledge.
    CHIEF_KNOWLEDGE_OFFICER = "chiefKnowledgeOfficer";
    /// In `km:KnowledgeRoles`. Sees that knowledge is found, kept and passed on, day by day.
    KNOWLEDGE_MANAGER = "knowledgeManager";
    /// In `km:KnowledgeRoles`. Keeps particular notes right, and is asked when they are not.
    NOTE_KEEPER = "noteKeeper";
    /// In `km:KnowledgeRoles`. Is asked about a topic, and decides its exceptions.
    SUBJECT_EXPERT = "subjectExpert";
    /// In `km:KnowledgeRoles`. Stands between groups and carries questions and answers across.
    BROKER = "broker";
    /// In `km:KnowledgeRoles`. Accompanies a newer colleague, so that what is not written passes on.
    MENTOR = "mentor";
    /// In `km:KnowledgeRoles`. Keeps a community of practice meeting, and its topics alive.
    COMMUNITY_LEAD = "communityLead";
}
