#!/usr/bin/env python3
"""Writes src/detect/{given_names,surnames,person_words}_tables.c: which words are given names and surnames, as sets of hashes,
and what other words mean beside them.

    gen_name_tables.py FOLDER src/detect

The folder has the lists first_names_*.txt and surnames_*.txt, a name a line, in UTF-8 or Latin-1. Source and licence stand in
NOTICE.
"""
import pathlib
import re
import sys
import unicodedata

from gen_domain_tables import hash64, wrapped, write_set

HERE = pathlib.Path(__file__).resolve().parent
BUCKET_BITS, PRINT_BITS = 13, 16  # of surnames_tables.h
WORD_SLOT_BITS = 12  # of person_words_tables.h

# Given names somewhere, and words of headings, products and greetings everywhere.
NOT_HERE = set("""abs able above adept ably adore agency alarm alert alma alpha america amen angel apple april archive art
august autumn baby back bad bank base bell best beta blue board bond book brand brown call card case cash castle center central
chance china christian christmas city clay close club code company cookie count country court cross crystal data date dawn day
dean dear delta deal desk dig digital direct dollar door dot east easter england english etc europe even ever fair faith fan far
fax field file fire first fish flash fly fort forward france free french friend game gas gift go god gold good google great green
group guest gun hall hand harbor head health hello help her hi high hill him his holiday home honor hope host hotel hour house
how human ice income india info inn ink island italy jan japan job joy june july just justice key king lady lake land lane last
law lead letter life light like line link list log long lord lot love luck mail major man march market master may media memory
mercy message mill mine miracle miss model money monday month moon more most mountain new news nice night noble none north note
now oak ocean office oil old one online open order our out page paper park part pass peace pearl person phone pin place plan plus
point port post prairie price pride prime prince princess product promise queen rain red ring river road rock room royal run
sales sand school sea season see self sen senior serenity service sharp shell shop silver sir sister sky snow so some son song
south spring star state stone store storm summer sun sunday super sure table team tell temple test the they thing this time tip
to town trade train treasure tree true truth tuesday unique unit united up us use user valley van via view virtue visa voice von
want war water way web week welcome well west white who wild will wind winter wise wish wonder wood word work world worth write
yahoo year yes you young your zone""".split())

# Places, languages, products, saints, beliefs: given names too, which need more than a surname behind them.
ALSO_ELSE = set("""abbey ada africa aix alabama albany alexandria alfa almeria amber amos andorra anglia antioch apollo aquitaine aragon
arabia argentina arizona arkansas armenia asia aspen assisi astoria asuncion atari athena atlanta atlas aurora austin austria avalon
avignon azure babylon barcelona baron basil basilea basic bavaria berlin bermuda bethany bethlehem beverly birmingham bishop
blaze bolivia bologna boston brazil brasil bristol britain britannia british britt brittany brooklyn brook brooks burgos cairo
calais cali calvary cambria camden campus canada candido canon carolina castro caspian cedar celeste celtic chad
chandler chapel charlotte charm chelsea chester cheyenne cielo cinder claus clarion cliff coco coltrane columbia columbus colombia
concepcion conception cordoba corona cornwall cortez costa creek creta cristo croatia cruz cuba cypress cyprus dakota dallas dalmatia
darwin delaware delhi delphi delphia denmark denver denzel destiny devon dijon diamond dominica dorado dorset downtown dream
dublin duke dundee durham dutch earl earth echo eclipse eden edison egypt electra elba electric emerald emery emperor empire epic
erlangen essex ester estonia eternity ethernet euro everest express falcon fedora fiat fidel finland fiora fleet flint flora
florence florida fontana ford forest fortune fox frankfurt galilea galilee galaxy garland genesis geneva genoa genova georgia german germania
germany ghana ginger glasgow glen golden gotham gran granada grant greece grove guadalupe guinea haiti halifax hamilton hampton
harley harmony hart haven havana hawaii hazel heath heather heaven hera hermes holland holly honda houston hudson
hungary hunter ibiza idaho illinois imperial independence indiana indigo iowa ireland irish isis israel istanbul italia ivory ivy jackson jade
jaguar jasmine java jena jerez jersey jerusalem jesus jericho jets journey jordan judah judea juno jupiter kansas karma kashmir
kensington kent kentucky kenya kingston korea krishna kyoto laguna lancaster lancer laos laredo latin latvia laurel lebanon leeds legend
leipzig lexus liberia liberty lima lincoln lisbon lithuania liverpool logan loire london lotus louisiana lourdes lucerne luna lupe luther
luxor lyon lyric macedonia madera madison magdeburg magnolia maine malaga malta manchester manhattan maple mars
maryland matrix maverick maya mayo mecca medina melbourne melody memphis mercedes mercury messiah messina mexico miami michigan
milan milano mississippi missouri mohawk monaco mongolia monroe montana monterrey montreal monte montenegro morocco moses murcia muse nairobi
namibia naples napoli nation nature navarra navy nebraska nero nevada newport newton niagara nigeria nile nirvana nokia norfolk
normandy norway nova oasis oberon october odessa odyssey ohio oklahoma olympia oman onyx opal opera oracle oregon orient orion orlando
osaka oslo ottawa oxford pacific padua palermo palma palmer panama paradise paris parma pascal patience patria pegasus penguin perla perry persia
perth perugia peru phoenix pilot pisa plato pluto poland pontiac porsche portia porter portland porto portugal prague preston princeton
providence prudence puma quebec quest ravenna raven regina reggio reno rhine rhodes rialto rich richmond rio rite river robin roman romania rome
rosario rose roma royce ruby russia sable sade saffron sagrario sahara saint salem salerno salt salvador salzburg samara samba
samos samson san sancho sandy santa santiago santo santos sarasota sardinia saturn savannah savoy saxon scot scotland sedona senegal serbia
seville shadow shiloh sicily sidney siena sienna sierra simplicity slovenia sofia solaris somalia sonata sonora sorrento spain sparta
spirit sri stafford stanford star stella sterling stockholm storm suez sugar suisse sultan sumatra sunny sunshine sussex sweden
swiss sydney syria tahiti taiwan tampa tanzania tarragona tasmania taurus tennessee texas thames tibet tiger titan toledo topaz toronto
toscana toyota trento trenton trinidad trinity tripoli trojan troy tulsa tucson tuna tunis turin tuscany ulster umbria uruguay utah utopia valencia
vanity varese vega venecia venetia venezia venezuela venice verona vesta vesuvius victoria victory vienna vigo virgen virgin
virginia virgo vista volga wales warren warwick washington wellington westminster wilson winchester windsor winner wisconsin
wolf wyoming yale york yorkshire zambia zara zaragoza zen zephyr zeus zion zurich
ave aloe april wayne christmas friday saturday hari hong ivy january junior marx pan prem reina sierra velvet sterling merrill imma madina tourch pied
cher miracle norton mac bin mar jun thu sun sal ram ran lan wan nan ping chi chin dong gang hung lung long song tong wing wong
kong min mon mai jun ion vim alta prince bing ting""".split())
# Given names of three letters that are not mostly something else.
SHORT = set("""amy ana ann ben bob dan eli eva eve ian ida ina ivo jay jed jen jim joe jon kai ken kim lea leo lev liv liz lou lyn meg
mia noa ole pia ray rob ron roy sam sue tad ted tim tom udo ugo ulf urs ute uwe wes wim zoe""".split())
NAME = re.compile(r"[^\W\d_]{3,20}")


def common_words():
    """(never given names, all that are names, those that are in no list of names)"""
    text = (HERE / "common_words.txt").read_text(encoding="utf-8")
    never, others, rest = (set(re.sub(r"^#.*\n", "", part, flags=re.M).split())
        for part in re.split(r"^# The others.\n|^# Words that are in no.*\n", text, flags=re.M))
    return never, never | others, rest


def names_of(folder, pattern):
    """The names of these lists, also without marks."""
    names = set()
    for path in sorted(pathlib.Path(folder).glob(pattern)):
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        names |= {unicodedata.normalize("NFKC", line.strip()).casefold() for line in text.splitlines()}
    names |= {"".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)) for name in names}
    return {name for name in names if NAME.fullmatch(name)}


def write_short_set(name, words):
    """domain_in_set's form with prints half as long: one word in 3,000 that is not in the set seems to be."""
    prints = sorted({hash64(word) >> (64 - BUCKET_BITS - PRINT_BITS) for word in words})
    starts, at = [], 0
    for bucket in range((1 << BUCKET_BITS) + 1):
        while at < len(prints) and prints[at] >> PRINT_BITS < bucket:
            at += 1
        starts.append(at)
    return "const uint32_t %s_starts[%d] = {\n%s\n};\n\nconst uint16_t %s_prints[%d] = {\n%s\n};\n" % (
        name, len(starts), wrapped("%d," % value for value in starts),
        name, len(prints), wrapped("%d," % (p & (1 << PRINT_BITS) - 1) for p in prints))


def word_bits():
    """{word: bits} of person_words.txt, as person_words_tables.h names them."""
    classes, others = ["greeting", "title", "suffix", "particle", "lead", "stop"], {"thing": 8, "given": 16}
    bits, section = {}, None
    for line in (HERE / "person_words.txt").read_text(encoding="utf-8").splitlines():
        opened = re.match(r"\[(\w+)\]", line)
        section = opened[1] if opened else section
        if opened or line.startswith("#"):
            continue
        for word in line.split():
            if section in others:
                bits[word] = bits.get(word, 0) | others[section]
            elif not bits.get(word, 0) & 7:
                bits[word] = bits.get(word, 0) | classes.index(section) + 1
    return bits


def write_words(bits):
    """Open addressing: the upper bits of the hash say the slot, 24 bits below them are kept, the low byte is what it means."""
    slots = [0] * (1 << WORD_SLOT_BITS)
    for word in sorted(bits):
        slot = hash64(word) >> (64 - WORD_SLOT_BITS)
        while slots[slot]:
            slot = (slot + 1) % len(slots)
        slots[slot] = (hash64(word) >> (40 - WORD_SLOT_BITS) & 0xFFFFFF) << 8 | 0x80 | bits[word]
    return "const uint32_t person_word_slots[%d] = {\n%s\n};\n" % (len(slots), wrapped("%d," % slot for slot in slots))


def write(path, header, what, text):
    pathlib.Path(path).write_text("/*\n * Generated by tools/gen_name_tables.py: edit that, not this.\n"
        " * Facts taken from lists of names in the public domain (NOTICE), as hashes: %s.\n */\n#include \"detect/%s\"\n\n%s"
        % (what, header, text), encoding="ascii")


def main():
    folder, output = sys.argv[1:]
    never, common, rest = common_words()
    given = names_of(folder, "first_names_*.txt") - NOT_HERE - never
    plain = {name for name in given - common - ALSO_ELSE if len(name) > 3 or name in SHORT}
    surnames = names_of(folder, "surnames_*.txt")
    write(output + "/given_names_tables.c", "given_names_tables.h",
        "%d given names, of which\n * %d are hardly anything else" % (len(given), len(plain)),
        write_set("given_names", given) + "\n" + write_set("given_names_plain", plain))
    write(output + "/surnames_tables.c", "surnames_tables.h",
        "%d surnames, %d that are\n * common words, too, and %d common words that are none" % (len(surnames - common), len(surnames & common), len(rest)),
        write_short_set("surnames", surnames - common) + "\n" + write_set("surname_words", surnames & common) + "\n"
        + write_short_set("no_surnames", rest))
    pathlib.Path(output + "/person_words_tables.c").write_text("/* Generated by tools/gen_name_tables.py: edit that, not this. */\n"
        "#include \"detect/person_words_tables.h\"\n\n" + write_words(word_bits()), encoding="ascii")


if __name__ == "__main__":
    main()
