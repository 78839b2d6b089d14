"""Clean sentences: text of five languages in which nothing is personal and no machine, store or organization is named. Every finding in
them is false. They hold what detectors trip over: long numbers, versions, dates and times, prices, products, code, packages, hashes,
paths, words with an @, capitalised words."""
import random

WORDS = {
    "en": "window meadow ladder engine harbour bottle copper saddle kettle garden lantern pebble ribbon timber canvas".split(),
    "it": "finestra prato scala motore porto bottiglia rame sella bollitore giardino lanterna sasso nastro legno tela".split(),
    "fr": "fenêtre prairie échelle moteur port bouteille cuivre selle bouilloire jardin lanterne caillou ruban bois toile".split(),
    "de": "Fenster Wiese Leiter Motor Hafen Flasche Kupfer Sattel Kessel Garten Laterne Kiesel Band Holz Leinwand".split(),
    "es": "ventana prado escalera motor puerto botella cobre silla tetera jardín linterna guijarro cinta madera lienzo".split(),
}
# Sentences with places: {w} word, {n} small number, {d4} that many digits, {x8} hexadecimal, {v} version, {t} time, {day} date, {p} price,
# {pkg} package, {path} file, {code} a line of a program, {prod} product, {uuid}, {size}, {dim}, {c} capitals and digits.
SENTENCES = {
    "en": ["The {w} was moved to shelf {n} at {t}.", "Please restart {prod} before {t}, the {w} will be ready.", "Version {v} of {pkg} needs {size} of memory.",
        "We paid {p} for {n} pieces of {w} on {day}.", "The checksum of {path} is {x64}.", "Call {code} twice, then look at {path}.",
        "It weighs {d3}.{d1} kg and is {dim} large.", "Meet at noon. Com ports {n} and {n} are open.", "Thanks @{w} is here until {day}.",
        "Batch {d12} held {d6} rows, {d4} were skipped.", "The {w} on page {n} costs {p}, the other one {p}.", "Chapter {n}, figure {n}.{n}: a {w} beside the {w}.",
        "Since {day} the {w} runs {n} percent faster with {prod}.", "Commit {x40} changes {n} files.", "Row {n} of {d5} was read in {d3} ms, offset {d10}.",
        "The flight leaves gate {c} at {t}.", "Between {d4} and {d4} metres the {w} turns green.", "Trace {uuid} ended after {d2}.{d6} s.",
        "Set width={d4};height={d4} in {path}.", "Look at the {w} at the end. It has a dot in {n} places.", "Result: {n}/{n} passed, {n} skipped ({d2}.{d1} %).",
        "ISBN and part numbers such as {c} stay as they are.", "The score was {n}-{n} after {n} minutes.", "Mix {n} g of {w} with {n} ml of water at {n} °C.",
        "Temperatures fell to -{n}.{d1} °C, wind {n} km/h.", "Use {pkg} or {pkg} from the {w} channel.", "Error 0x{x8} in module {w}.{w} line {d4}.",
        "Ratio {n}:{n}, scale 1:{d5}.", "A {w} at {p} and dot matrix printers are old.", "Ask at the {w} desk, room {n}.{d3}.",
        "Will the {w} open on {day}? Mark the box.", "The Grace Period ends on {day}.", "Dear all, the {w} is back.",
        "Kind regards from the {w} team.", "Summer Rose, Autumn Leaf and Winter Oak are colours of {prod}.",
        "Serial {d4}-{d4}-{d3}, part {d3}-{d2}-{d4} rev {c}.", "Tel Aviv lies at {d2}.{d4} degrees.",
        "Phone prices fell from {p} to {p}.", "Card {n} of {n}: shuffle again.", "Growth was +{n}.{d1} % and +{d5} points.",
        "The counter stood at 00{d8}, then at 0{d9}.", "Protection IP{d2}, thread M{n}, paper A4, rule R{n}.",
        "At {t} dot {n} of the {w} was drawn.", "Sort by {w}, then by {w}; the rest [at most {n}] stays.",
        "Random numbers: {d16} {d16} {d11}.", "Birthday parties need {n} candles, born or made.",
        "Password rules: {n} characters, one digit, no blanks.", "The key is under the {w}; the token is a coin."],
    "it": ["La {w} è stata spostata sullo scaffale {n} alle {t}.", "Riavviare {prod} prima delle {t}, grazie.", "La versione {v} di {pkg} chiede {size} di memoria.",
        "Abbiamo pagato {p} per {n} pezzi il {day}.", "Il controllo di {path} è {x64}.", "Si chiama {code} due volte, poi si guarda {path}.",
        "Pesa {d3},{d1} kg e misura {dim}.", "Dal {day} il {w} va più veloce del {n} per cento.", "Lotto {d12}: {d6} righe, {d4} saltate.",
        "A pagina {n} il {w} costa {p}, l'altro {p}.", "Capitolo {n}, figura {n}.{n}: un {w} accanto a una {w}.", "Commit {x40}, {n} file cambiati.",
        "Il treno parte dal binario {n} alle {t}.", "Tra {d4} e {d4} metri la {w} diventa verde.", "Punto e a capo: la {w} finisce al punto {n}.",
        "Mescolare {n} g di {w} con {n} ml di acqua a {n} °C.", "Errore 0x{x8} nel modulo {w}.{w} alla riga {d4}.", "Il punteggio era {n} a {n} dopo {n} minuti.",
        "Rapporto {n}:{n}, scala 1:{d5}.", "La chiocciola mangia {n} foglie, il punto è un altro.", "Traccia {uuid} finita dopo {d2},{d6} s.",
        "Impostare larghezza={d4};altezza={d4} in {path}.", "Grazie @{w} è qui fino al {day}.",
        "Gentili colleghi, la {w} è pronta.", "Cordiali saluti dal reparto {w}.",
        "La Rosa, il Leone e la Stella sono insegne di {n} locali.", "Serie {d4}-{d4}-{d3}, parte {d3}-{d2}-{d4}.",
        "Il telefono costa {p}, la carta {p}.", "Crescita +{n},{d1} % e +{d5} punti.", "Il contatore segnava 00{d8}, poi 0{d9}.",
        "Nata come {w}, oggi serve da {w}.", "Numeri a caso: {d16} {d16} {d11}.", "La parola chiave ha {n} lettere."],
    "fr": ["La {w} a été déplacée sur l'étagère {n} à {t}.", "Veuillez redémarrer {prod} avant {t}.", "La version {v} de {pkg} demande {size} de mémoire.",
        "Nous avons payé {p} pour {n} pièces le {day}.", "L'empreinte de {path} est {x64}.", "Appelez {code} deux fois, puis regardez {path}.",
        "Il pèse {d3},{d1} kg et mesure {dim}.", "Depuis le {day} le {w} tourne {n} pour cent plus vite.", "Lot {d12} : {d6} lignes, {d4} ignorées.",
        "À la page {n} le {w} coûte {p}, l'autre {p}.", "Chapitre {n}, figure {n}.{n} : un {w} à côté de la {w}.", "Commit {x40}, {n} fichiers modifiés.",
        "Le train part du quai {n} à {t}.", "Entre {d4} et {d4} mètres la {w} devient verte.", "Point {n} : la {w} finit au point {n}.",
        "Mélangez {n} g de {w} avec {n} ml d'eau à {n} °C.", "Erreur 0x{x8} dans le module {w}.{w} à la ligne {d4}.", "Le score était de {n} à {n} après {n} minutes.",
        "Rapport {n}:{n}, échelle 1:{d5}.", "Trace {uuid} finie après {d2},{d6} s.", "Réglez largeur={d4};hauteur={d4} dans {path}.", "Merci @{w} est ici jusqu'au {day}.",
        "Chers collègues, le {w} est prêt.", "Cordialement, l'équipe du {w}.",
        "La Rose, le Lion et le Soleil sont des enseignes de {n} cafés.", "Série {d4}-{d4}-{d3}, pièce {d3}-{d2}-{d4}.",
        "Le téléphone coûte {p}, la carte {p}.", "Croissance de +{n},{d1} % et +{d5} points.",
        "Le compteur indiquait 00{d8}, puis 0{d9}.", "Née comme {w}, elle sert de {w}.", "Nombres au hasard : {d16} {d16} {d11}.",
        "Le mot de passe a {n} lettres."],
    "de": ["Das {w} wurde um {t} auf Regal {n} gestellt.", "Bitte {prod} vor {t} neu starten.", "Version {v} von {pkg} braucht {size} Speicher.",
        "Wir haben am {day} für {n} Stück {p} bezahlt.", "Die Prüfsumme von {path} ist {x64}.", "Zweimal {code} aufrufen, dann {path} ansehen.",
        "Es wiegt {d3},{d1} kg und misst {dim}.", "Seit {day} läuft der {w} {n} Prozent schneller.", "Stapel {d12}: {d6} Zeilen, {d4} ausgelassen.",
        "Auf Seite {n} kostet das {w} {p}, das andere {p}.", "Kapitel {n}, Bild {n}.{n}: {w} neben {w}.", "Commit {x40} ändert {n} Dateien.",
        "Der Zug fährt um {t} von Gleis {n}.", "Zwischen {d4} und {d4} Metern wird die {w} grün.", "Der Punkt {n} steht am Ende, Punkt {n} davor.",
        "{n} g {w} mit {n} ml Wasser bei {n} °C mischen.", "Fehler 0x{x8} im Modul {w}.{w} in Zeile {d4}.", "Es stand {n} zu {n} nach {n} Minuten.",
        "Verhältnis {n}:{n}, Maßstab 1:{d5}.", "Spur {uuid} endete nach {d2},{d6} s.", "In {path} steht Breite={d4};Höhe={d4}.", "Danke @{w} ist bis {day} hier.",
        "Liebe Kollegen, das {w} ist fertig.", "Mit freundlichen Grüßen aus dem {w}.", "Rose, Löwe und Stern heißen {n} Gasthäuser.",
        "Serie {d4}-{d4}-{d3}, Teil {d3}-{d2}-{d4}.", "Das Telefon kostet {p}, die Karte {p}.",
        "Zuwachs von +{n},{d1} % und +{d5} Punkten.", "Der Zähler stand bei 00{d8}, dann bei 0{d9}.", "Geboren wurde die Idee am {w}.",
        "Zufällige Zahlen: {d16} {d16} {d11}.", "Das Kennwort hat {n} Zeichen."],
    "es": ["La {w} se movió al estante {n} a las {t}.", "Reinicie {prod} antes de las {t}, gracias.", "La versión {v} de {pkg} necesita {size} de memoria.",
        "Pagamos {p} por {n} piezas el {day}.", "La suma de {path} es {x64}.", "Llame a {code} dos veces y mire {path}.",
        "Pesa {d3},{d1} kg y mide {dim}.", "Desde el {day} el {w} va un {n} por ciento más rápido.", "Lote {d12}: {d6} filas, {d4} omitidas.",
        "En la página {n} el {w} cuesta {p}, el otro {p}.", "Capítulo {n}, figura {n}.{n}: un {w} junto a la {w}.", "Commit {x40}, {n} ficheros cambiados.",
        "El tren sale del andén {n} a las {t}.", "Entre {d4} y {d4} metros la {w} se vuelve verde.", "Punto {n}: la {w} acaba en el punto {n}.",
        "Mezcle {n} g de {w} con {n} ml de agua a {n} °C.", "Error 0x{x8} en el módulo {w}.{w}, línea {d4}.", "El marcador era de {n} a {n} tras {n} minutos.",
        "Proporción {n}:{n}, escala 1:{d5}.", "Una arroba de {w} pesa {n} kilos.", "Traza {uuid} acabó tras {d2},{d6} s.",
        "Ponga ancho={d4};alto={d4} en {path}.", "Gracias @{w} está aquí hasta el {day}.",
        "Estimados colegas, la {w} está lista.", "Un saludo del equipo de {w}.", "La Rosa, el León y el Sol son rótulos de {n} bares.",
        "Serie {d4}-{d4}-{d3}, pieza {d3}-{d2}-{d4}.", "El teléfono cuesta {p}, la tarjeta {p}.",
        "Un aumento de +{n},{d1} % y +{d5} puntos.", "El contador marcaba 00{d8}, luego 0{d9}.", "Nacida como {w}, sirve de {w}.",
        "Números al azar: {d16} {d16} {d11}.", "La contraseña tiene {n} letras."],
}
MONTHS = {"en": "January March May July October".split(), "it": "gennaio marzo maggio luglio ottobre".split(), "fr": "janvier mars mai juillet octobre".split(),
    "de": "Januar März Mai Juli Oktober".split(), "es": "enero marzo mayo julio octubre".split()}
PRODUCTS = ["Windows Server 2019", "Visual Studio 2022", "Office 365", "SQL Server 2017", "Photoshop CS6", "iOS 17.4", "Python 3.11", "Debian 12",
    "Ubuntu 22.04", "Node 20", "Excel", "the Print Spooler", "libssl3", "Kubernetes 1.29", "Firefox 115"]
PLAIN = "alder birch cedar dune ember fjord grove heath islet kelp larch marsh nook quarry reed".split()
CODE = ["list.append(i)", "std::sort(a, b)", "x = y @ z", "a[i@n]", "obj.method().then(f)", "printf(\"%d\\n\", n)", "SELECT count(*) FROM t", "if (a && b) {",
    "git rebase -i HEAD~3", "@Override", "@media (min-width: 640px)", "foo.bar@baz", "$x->{y}", "\\d{3}-\\d{4}", "for i in range(10):", "user@", "@param name"]
LAYOUTS = ("%s", "%s", "%s", "- %s", "* %s", "> %s", "2026-05-13T10:33:12.123Z INFO [worker-3] %s", '{"level":"info","n":17,"msg":"%s"}', "<p>%s</p>", "17;%s;ok", "## %s")


class Maker:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def digits(self, count):
        return str(self.rng.randrange(10 ** (count - 1) if count > 1 else 0, 10 ** count))

    def hexa(self, count):
        return "%0*x" % (count, self.rng.getrandbits(4 * count))

    def version(self):
        n = self.rng.randrange
        return self.rng.choice(["%d.%d" % (n(20), n(40)), "%d.%d.%d" % (n(20), n(40), n(900)), "v%d.%d.%d-rc%d" % (n(9), n(30), n(30), n(9)),
            "%d.%d.%d.%d" % (10 + n(10), n(10), 1000 + n(20000), n(20000)), "%d:%d.%d.%d+dfsg-%d" % (n(3), n(9), n(30), n(30), n(9))])

    def time(self):
        n = self.rng.randrange
        return self.rng.choice(["%d:%02d" % (n(24), n(60)), "%02d:%02d:%02d" % (n(24), n(60), n(60)), "%d.%02d" % (n(24), n(60))])

    def day(self, language):
        n, month = self.rng.randrange, self.rng.randrange(1, 13)
        year, date = 2015 + n(12), 1 + n(28)
        name = self.rng.choice(MONTHS[language])
        return self.rng.choice(["%d-%02d-%02d" % (year, month, date), "%d/%d/%d" % (date, month, year), "%02d.%02d.%d" % (date, month, year),
            "%d %s %d" % (date, name, year), "%s %d" % (name, year)])

    def price(self):
        n = self.rng.randrange
        return self.rng.choice(["%d,%02d €", "€ %d.%02d", "$%d.%02d", "CHF %d.%02d", "%d.%02d EUR", "£%d.%02d"]) % (n(2000), n(100)) if n(4) else \
            self.rng.choice(["%d.%03d,%02d €", "$%d,%03d.%02d", "%d %03d,%02d EUR", "%d'%03d.%02d CHF"]) % (1 + n(900), n(1000), n(100))

    def package(self):
        name = self.rng.choice(PLAIN)
        return self.rng.choice(["%s@%s", "@%s/core@%s", "lib%s-dev_%s_amd64.deb", "%s==%s", "%s:%s", "%s-%s.tar.gz", "%s.js@^%s"]) % (name, self.version())

    def path(self):
        parts = [self.rng.choice(PLAIN) for _ in range(self.rng.randrange(1, 4))]
        return self.rng.choice(["/usr/share/%s.conf" % "/".join(parts), "C:\\Program Files\\%s\\%s.dll" % (parts[0].title(), parts[-1]),
            "src/%s.c:%s" % ("/".join(parts), self.digits(3)), "%s@2x.png" % parts[0], "./%s-%s.log" % ("_".join(parts), self.digits(8)),
            "%s_%s.csv" % (parts[0], self.digits(6))])

    def place(self, name, language):
        rng = self.rng
        if name[0] == "d" and name[1:].isdigit():
            return self.digits(int(name[1:]))
        if name[0] == "x" and name[1:].isdigit():
            return self.hexa(int(name[1:]))
        return {"w": lambda: rng.choice(WORDS[language]), "n": lambda: str(rng.randrange(1, 100)), "v": self.version, "t": self.time,
            "day": lambda: self.day(language), "p": self.price, "pkg": self.package, "path": self.path, "code": lambda: rng.choice(CODE),
            "prod": lambda: rng.choice(PRODUCTS), "uuid": lambda: "-".join(self.hexa(n) for n in (8, 4, 4, 4, 12)),
            "size": lambda: "%d %s" % (rng.randrange(1, 900), rng.choice(["MB", "GiB", "KB"])), "dim": lambda: "%d x %d x %d mm" % tuple(
                rng.randrange(10, 999) for _ in range(3)), "c": lambda: "%s%d" % (rng.choice("ABCDEFGHKLM"), rng.randrange(1, 99))}[name]()

    def sentence(self, language):
        text = self.rng.choice(SENTENCES[language])
        out, at = [], 0
        while (begin := text.find("{", at)) >= 0:
            end = text.index("}", begin)
            out += [text[at:begin], self.place(text[begin + 1:end], language)]
            at = end + 1
        return "".join(out + [text[at:]])

    def line(self, language):
        """A sentence or two as they stand in prose, lists, logs, JSON, HTML and tables."""
        text = self.sentence(language)
        if self.rng.random() < 0.2:
            text += " " + self.sentence(language)
        layout = self.rng.choice(LAYOUTS)
        return layout % (text.replace("\\", "\\\\").replace('"', '\\"') if layout[0] == "{" else text)


def sentences(count, seed=7):
    """[bytes]: so many different lines, the languages in turn."""
    maker, made = Maker(seed), {}
    for i in range(count * 3):
        made.setdefault(maker.line(("en", "it", "fr", "de", "es")[i % 5]).encode())
        if len(made) == count:
            return list(made)
    raise ValueError("the templates do not give %d different sentences" % count)
