"""Every table of the vault on one page. Rows stay inside storage: functions hand out domain objects.

The columns' meaning is written beside the dataclasses of ``caseworker.domain``; the shape on disk is made by
the numbered scripts in ``migrations/`` and a test holds the two together.
"""

from __future__ import annotations

from peewee import AutoField, BlobField, IntegerField, Model, TextField

from caseworker.storage.engine import database


class Table(Model):
    class Meta:
        database = database
        legacy_table_names = False


class Meta(Table):
    key = TextField(primary_key=True)
    value = TextField()

    class Meta:
        without_rowid = True


class Worker(Table):
    id = AutoField()
    uid = TextField(unique=True)
    name = TextField()
    role = TextField()
    sign_key = BlobField()
    receive_key = BlobField()
    active = IntegerField(default=1)
    added = IntegerField(default=0)
    removed = IntegerField(default=0)
    met = TextField(default="")


class Device(Table):
    id = AutoField()
    uid = TextField(unique=True)
    sign_private = BlobField()
    sign_public = BlobField()
    made = IntegerField()


class Client(Table):
    id = AutoField()
    uid = TextField(unique=True)
    reference = TextField(unique=True)
    name = TextField()
    is_alias = IntegerField()
    known_as = TextField()
    born = TextField()
    age_estimate = IntegerField(null=True)
    sex = TextField()
    area = TextField()
    language = TextField()
    interpreter = TextField()
    ethnicity = TextField()
    disability = TextField()
    orientation = TextField()
    religion = TextField()
    gender_same = TextField()
    totals_only = IntegerField()
    made = IntegerField()


class SafeContact(Table):
    id = AutoField()
    client_id = IntegerField()
    channel = TextField()
    allowed = TextField()
    value = TextField()
    whose = TextField()
    hours = TextField()
    voicemail = TextField()
    who_may_answer = TextField()
    say_as = TextField()
    code_word = TextField()
    note = TextField()
    source = TextField()
    review_by = TextField()
    doubted = IntegerField(default=0)

    class Meta:
        indexes = ((("client_id", "channel"), True),)


class Referral(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField(null=True)
    received = IntegerField()
    source = TextField()
    route = TextField()
    crime = TextField()
    area = TextField()
    victim_aware = TextField()
    consent_to_contact = TextField()
    referrer_risk = TextField()
    police_ref = TextField()
    outcome = TextField()
    outcome_on = TextField()
    decline_reason = TextField()


class Episode(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    referral_id = IntegerField(null=True)
    started = TextField()
    service = TextField()
    worker_id = IntegerField(null=True)
    level = TextField()
    victim_type = TextField()
    crime = TextField()
    da_context = TextField()
    online = TextField()
    hate = TextField()
    reported = TextField()
    age_at_start = IntegerField(null=True)
    consent_to_support = TextField()
    assessed_on = TextField()
    closed = TextField()
    closure_reason = TextField()


class Contact(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField(null=True)
    episode_id = IntegerField(null=True)
    at = IntegerField()
    kind = TextField()
    method = TextField()
    outcome = TextField()
    direction = TextField()
    minutes = IntegerField()
    travel_minutes = IntegerField()
    waiting_minutes = IntegerField()
    present = TextField()
    interpreter = TextField()
    safe_checked = IntegerField()
    override_reason = TextField()
    category = TextField()
    note = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    amended = IntegerField()
    withdrawn = IntegerField()
    sealed = IntegerField(default=0)


class Action(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    text = TextField()
    due = TextField()
    episode_id = IntegerField(null=True)
    contact_id = IntegerField(null=True)
    worker_id = IntegerField(null=True)
    done = IntegerField()
    result = TextField()
    kind = TextField(default="NA-ASK")
    agency = TextField(default="")
    goal_id = IntegerField(null=True)


class Goal(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    text = TextField()
    need = TextField()
    own_words = IntegerField()
    aim = TextField()
    due = TextField()
    status = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Service(Table):
    id = AutoField()
    uid = TextField(unique=True)
    name = TextField()
    kind = TextField()
    provider = TextField()
    areas = TextField()
    crimes = TextField()
    youngest = IntegerField()
    oldest = IntegerField()
    hours = TextField()
    how = TextField()
    wait = TextField()
    checked = TextField()
    note = TextField()
    ended = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)


class OnwardReferral(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    service_id = IntegerField(null=True)
    service_type = TextField()
    need = TextField()
    consent = TextField()
    override_reason = TextField()
    sent = TextField()
    accepted = TextField()
    started = TextField()
    refused = TextField()
    reason = TextField()
    note = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class FeedbackOffer(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    offered = TextField()
    stage = TextField()
    answer = TextField()
    note = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class JusticeEvent(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    stage = TextField()
    happened = TextField()
    place = TextField()
    detail = TextField()
    next_on = TextField()
    told = TextField()
    officer = TextField()
    police_ref = TextField()
    at_stage = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Chase(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    happened = TextField()
    whom = TextField()
    answer = TextField()
    note = TextField()
    next_on = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class SpecialMeasure(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    measure = TextField()
    explained = TextField()
    wanted = TextField()
    requested = TextField()
    requested_on = TextField()
    requested_by = TextField()
    decision = TextField()
    given = TextField()
    note = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class CourtOrder(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    kind = TextField()
    applied = TextField()
    granted = TextField()
    refused = TextField()
    breached = TextField()
    expires = TextField()
    court = TextField()
    against = TextField()
    terms = TextField()
    note = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class CodeRight(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    right = TextField()
    status = TextField()
    happened = TextField()
    evidence = TextField()
    breach = TextField()
    escalated = TextField()
    escalated_to = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Claim(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    incident_on = TextField()
    step = TextField()
    applied = TextField()
    reference = TextField()
    note = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Consent(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    decided = TextField()
    purpose = TextField()
    recipient = TextField()
    decision = TextField()
    recipient_name = TextField()
    scope = TextField()
    how = TextField()
    by_whom = TextField()
    capacity = TextField()
    capacity_note = TextField()
    told = TextField()
    expires = TextField()
    reason = TextField()
    ends_id = IntegerField(null=True)
    episode_id = IntegerField(null=True)
    reviewed = IntegerField()
    reviewed_by = TextField()
    review_view = TextField()
    review_note = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class ExitFacts(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    episode_id = IntegerField(unique=True)
    closed = TextField()
    abuse = TextField()
    lived_at_start = TextField()
    lived_at_end = TextField()
    risk_at_start = TextField()
    risk_at_end = TextField()
    further_incident = TextField()
    last_contact = TextField()
    open_ends = TextField()
    note = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Instrument(Table):
    digest = TextField(primary_key=True)
    name = TextField()
    version = IntegerField()
    text = TextField()
    kept = IntegerField()

    class Meta:
        without_rowid = True


class AnswerSet(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    episode_id = IntegerField(null=True)
    instrument = TextField()
    version = IntegerField()
    definition = TextField()
    stage = TextField()
    started = IntegerField()
    area = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    signed = IntegerField()
    signature = BlobField()
    totals = TextField()
    tool_grade = TextField()
    grade = TextField()
    judgement = TextField()
    reason = TextField()
    next_review = TextField()
    withdrawn = IntegerField()


class Answer(Table):
    id = AutoField()
    answer_set_id = IntegerField()
    item = TextField()
    value = TextField()
    source = TextField()
    note = TextField()

    class Meta:
        indexes = ((("answer_set_id", "item"), True),)


class Incident(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    happened = TextField()
    kind = TextField()
    crime = TextField()
    reported = TextField()
    by_whom = TextField()
    note = TextField()
    episode_id = IntegerField(null=True)
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class MaracReferral(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    episode_id = IntegerField(null=True)
    answer_set_id = IntegerField(null=True)
    area = TextField()
    criteria = TextField()
    incident_on = TextField()
    perpetrator = TextField()
    is_repeat = IntegerField()
    last_referred = TextField()
    victim_aware = TextField()
    consent = TextField()
    override_reason = TextField()
    wants_police = TextField()
    police_reason = TextField()
    wishes = TextField()
    referred_elsewhere = TextField()
    safe_to_reach = TextField()
    language = TextField()
    interpreter = TextField()
    landlord = TextField()
    occupation = TextField()
    gp = TextField()
    pregnancy = TextField()
    diversity = TextField()
    manager = TextField()
    signed_off = TextField()
    sent = TextField()
    heard = TextField()
    outcome = TextField()
    told = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Silence(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    since = IntegerField()
    reason = TextField()
    note = TextField()
    until = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class SafeClaim(Table):
    id = AutoField()
    client_id = IntegerField()
    channel = TextField()
    said = TextField()
    reason = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    settled = IntegerField()
    outcome = TextField()


class Child(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    name = TextField()
    unborn = IntegerField()
    due = TextField()
    born = TextField()
    age_estimate = IntegerField(null=True)
    sex = TextField()
    relationship = TextField()
    lives_with = TextField()
    school = TextField()
    social_care = TextField()
    social_worker = TextField()
    own_referral = TextField()
    own_client_id = IntegerField(null=True)
    sees_abuse = TextField()
    at_risk = TextField()
    reach = TextField()
    reach_through = TextField()
    reach_where = TextField()
    never_told = TextField()
    parent_access = TextField()
    access_reason = TextField()
    note = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Perpetrator(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    name = TextField()
    born = TextField()
    age_estimate = IntegerField(null=True)
    sex = TextField()
    age_said = TextField()
    relationship = TextField()
    relationship_said = TextField()
    lives_with = TextField()
    lives_with_said = TextField()
    weapons = TextField()
    weapons_words = TextField()
    weapons_said = TextField()
    occupation = TextField()
    occupation_risk = TextField()
    occupation_said = TextField()
    orders = TextField()
    orders_said = TextField()
    convicted = TextField()
    convicted_of = TextField()
    convicted_said = TextField()
    known_here = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Professional(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    name = TextField()
    role = TextField()
    organisation = TextField()
    phone = TextField()
    email = TextField()
    safe_to_ring = TextField()
    agreed = TextField()
    may_be_told = TextField()
    note = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Safeguarding(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    about = TextField()
    child_id = IntegerField(null=True)
    person = TextField()
    concern = TextField()
    decided = IntegerField()
    decision = TextField()
    threshold = TextField()
    consent = TextField()
    override_reason = TextField()
    sent_to = TextField()
    sent = IntegerField()
    reviewed = IntegerField()
    reviewed_by = TextField()
    review_note = TextField()
    told = TextField()
    not_told = TextField()
    outcome = TextField()
    outcome_on = TextField()
    outcome_words = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class SafeguardingCheck(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    contact_id = IntegerField()
    safeguarding_id = IntegerField()
    answer = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class SafetyItem(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    kind = TextField()
    text = TextField()
    hers = IntegerField()
    owner = TextField()
    agreed = TextField()
    agreed_on = TextField()
    review_by = TextField()
    disguise = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Draft(Table):
    key = TextField(primary_key=True)
    fields = TextField()
    kept = IntegerField()

    class Meta:
        without_rowid = True


class Revision(Table):
    id = AutoField()
    noun = TextField()
    row_id = IntegerField()
    client_id = IntegerField(null=True)
    field = TextField()
    old = TextField()
    new = TextField()
    why = TextField()
    audit_seq = IntegerField()


class Audit(Table):
    seq = AutoField()
    at = IntegerField()
    worker = TextField()
    device = TextField()
    action = TextField()
    noun = TextField()
    row_id = IntegerField()
    client_id = IntegerField(null=True)
    detail = TextField()
    salt = BlobField(null=True)
    content = BlobField()
    prev = BlobField()
    hash = BlobField()


class Checkpoint(Table):
    seq = AutoField()
    hash = BlobField()
    generation = IntegerField()
    worker = TextField()
    signature = BlobField()
    at = IntegerField()


class Setting(Table):
    key = TextField(primary_key=True)
    value = TextField()

    class Meta:
        without_rowid = True


class Pin(Table):
    name = TextField(primary_key=True)
    value = BlobField()
    pinned = IntegerField()

    class Meta:
        without_rowid = True


class FrozenReturn(Table):
    id = AutoField()
    period = TextField()
    version = IntegerField()
    plan = TextField()
    counted = TextField()
    payload = BlobField()
    made = IntegerField()


class Outbox(Table):
    id = AutoField()
    uid = TextField(unique=True)
    kind = TextField()
    period = TextField()
    version = IntegerField()
    state = TextField()
    seq = IntegerField(null=True)
    payload = BlobField()
    wire = BlobField(null=True)
    wire_hash = BlobField(null=True)
    made = IntegerField()
    approved = IntegerField()
    approved_by = TextField()
    tried = IntegerField()
    tries = IntegerField()
    reason = TextField()
    receipt = BlobField(null=True)
    received = IntegerField()
    approvals = TextField()
    next_try = IntegerField()
    device = TextField(default="")


class Colleague(Table):
    id = AutoField()
    uid = TextField(unique=True)
    name = TextField()
    organisation = TextField()
    sign_key = TextField(unique=True)
    receive_key = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    verified = IntegerField()
    verified_by = IntegerField(null=True)
    changed = IntegerField()
    withdrawn = IntegerField()


class Hold(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    reason = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class Document(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    kind = TextField()
    title = TextField()
    dated = TextField()
    made_here = IntegerField()
    recipient = TextField()
    kept = TextField()
    digest = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class MaracAction(Table):
    id = AutoField()
    uid = TextField(unique=True)
    client_id = IntegerField()
    marac_referral_id = IntegerField()
    agency = TextField()
    action = TextField()
    due = TextField()
    done = TextField()
    effect = TextField()
    recorded = IntegerField()
    worker_id = IntegerField(null=True)
    withdrawn = IntegerField()


class ContactSignature(Table):
    id = AutoField()
    contact_id = IntegerField()
    version = IntegerField()
    digest = BlobField()
    worker_id = IntegerField()
    at = IntegerField()
    signature = BlobField()
    audit_seq = IntegerField()


#: Every table on this page, in its order.
TABLES: tuple[type[Table], ...] = tuple(Table.__subclasses__())
