"""Postal addresses in the forms that the posts of Italy, France, Germany, Spain, the United Kingdom and the United States
print, the countries that the contract names; written from their rules and apart from the detector. Capitals are not asked
for here: data sets write some in small letters."""
import re

# USPS Publication 28, appendix C1: suffixes by name and standard abbreviation, those that end more than a few streets.
SUFFIXES = """alley aly avenue ave bend bnd boulevard blvd bypass byp causeway cswy center ctr circle cir close common cmn
corner cor corners cors court ct courts cts cove cv creek crk crescent cres crossing xing drive dr drives drs estate est
estates ests expressway expy extension ext fall falls fls ferry fry field fld fields flds flat flt flats flts ford frd
forest frst fork frk forks frks freeway fwy garden gdn gardens gdns gateway gtwy glen gln green grn grove grv harbor hbr
haven hvn heights hts highway hwy hill hl hills hls hollow holw island is isle junction jct key ky knoll knl lake lk lakes
lks landing lndg lane ln loop mall manor mnr meadow mdw meadows mdws mill ml mills mls motorway mtwy mount mt mountain mtn
orchard orch oval parade park parkway pkwy pass path pike pine pne pines pnes place pl plain pln plaza plz point pt port prt
prairie pr ranch rnch rapids rpds rest rst ridge rdg river riv road rd roads rds route rte row run shore shr shores shrs
spring spg springs spgs square sq station sta stream strm street st summit smt terrace ter trace trce track trak trail trl
tunnel tunl turnpike tpke valley vly view vw views vws village vlg vista vis walk way well wl wells wls broadway""".split()
# Appendix B: states, districts, territories.
STATES = """al ak as az ar ca co ct de dc fm fl ga gu hi id il in ia ks ky la me mh md ma mi mn ms mo mt ne nv nh nj nm ny nc nd
mp oh ok or pw pa pr ri sc sd tn tx ut vt vi va wa wv wi wy""".split()

GAP = r"\s*(?:,\s*|\n\s*|- )"
# One house number, with a letter or a range.
NUMBER = r"\d{1,6}(?:[ -]?[a-z]|[-/]\d{1,4}[a-z]?|/[a-z]| 1/2)?"
WORDS = r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,5}"
TOWN = r"[^\W\d_][^\d,\n]{0,40}(?: cedex(?: \d\d)?)?"
# Appendix C2, and "#4".
UNIT = r"(?:,? (?:apt|apartment|bldg|dept|fl|floor|lot|rm|room|spc|ste|suite|trlr|unit|#)\.? ?#?\w{1,6})?"
# The last line: city, state, and mostly the ZIP Code.
LAST = r"%s,? (?:%s)(?:,? \d{5}(?:-\d{4})?)?" % (TOWN, "|".join(STATES))
POINT = r"(?: (?:n|s|e|w|ne|nw|se|sw|north|south|east|west))?"
AMERICAN = (
    r"%s (?:\d{1,3}(?:st|nd|rd|th) |%s )(?:%s)\.?%s%s%s%s" % (NUMBER, WORDS, "|".join(SUFFIXES), POINT, UNIT, GAP, LAST),
    r"%s broadway%s%s%s" % (NUMBER, UNIT, GAP, LAST),
    r"p\.? ?o\.? ?box \d{1,6}%s%s" % (GAP, LAST),
    # Section 238: the forces and the embassies abroad.
    r"(?:(?:psc|cmr|unit) \d{1,5},? box \d{1,5}|(?:uss|usns|usnv|uscgc) %s)%s[afd]po a[aep] \d{5}(?:-\d{4})?" % (WORDS, GAP))
# BS 7666 and the Postcode Address File: premises, thoroughfare, post town, postcode.
BRITISH = (r"(?:%s|[^\W\d_][\w' ]{1,30},) .{3,120}%s(?:.{2,40}(?:%s|\s))?[a-z]{1,2}\d[a-z\d]? \d[a-z]{2}" % (NUMBER, GAP, GAP),)
# NF Z 10-011: number, kind and name of the street, code of five digits and place.
FRENCH = (r"%s,? (?:(?:bis|ter|quater),? )?[^\W\d_][\w.'’-]* [^,\n]{2,60}%s(?:f-)?\d{5} %s" % (NUMBER, GAP, TOWN),)
# DIN 5008; Poste Italiane; Correos: street, number, code of five digits and place.
CONTINENTAL = (r"[^\W\d_][^,\n]{2,60}?,? (?:n[.°º]?r?\.? ?)?(?:%s|s/n|snc)(?:,? [^,\n]{1,20}){0,2}%s"
    r"(?:d-|i-|e-)?\d{5} %s" % (NUMBER, GAP, TOWN),)
FORMS = [re.compile(form, re.I) for form in AMERICAN + BRITISH + FRENCH + CONTINENTAL]


def postal_address(value):
    """None, or why it is no whole address of the six countries."""
    text = re.sub(r"[ \t]+", " ", value.strip())
    return None if any(form.fullmatch(text) for form in FORMS) else "not as the six countries print an address"
