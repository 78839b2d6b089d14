"""The portal's pages in a browser, through a real nginx with TLS, in three languages, on a telephone and on a desk: they can
be used by everybody (axe-core), by keyboard, run no script, ask for nothing from elsewhere, fit, print. Screenshots:
BUILD/screens."""
import os

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import browser
import portal_rig
import rig

AXE = os.path.join(rig.ROOT, "build/axe/axe.min.js")
SCREENS = os.path.join(rig.BUILD, "screens")
LANGUAGES = ("en", "it", "fr")
WIDTHS = {"phone": browser.PHONE, "desktop": browser.DESKTOP}


class Walk:
    """One browser in front of one portal; every page it stands on is looked at."""

    def __init__(self, page, port, language, device):
        self.page, self.driver = page, page.driver
        self.origin, self.language, self.device = "https://%s:%d" % (portal_rig.NAME, port), language, device
        with open(AXE, encoding="utf-8") as file:
            self.axe = file.read()

    def open(self, path, dark=False):
        self.page.open("%s/%s/%s" % (self.origin, self.language, path), WIDTHS[self.device], dark)

    def leave(self, action):
        """Does what leads to another page, and waits until that has come: it knows nothing of the mark. While one page goes and
        the other comes, the driver may find neither."""
        self.driver.execute_script("window.leaving = true")
        action()
        WebDriverWait(self.driver, 20, ignored_exceptions=[WebDriverException]).until(
            lambda driver: driver.execute_script("return !window.leaving && document.readyState === 'complete'"))

    def fill(self, field, text, key=Keys.ENTER):
        self.leave(lambda: self.driver.find_element(By.ID, field).send_keys(text + key))

    def press(self, selector):
        self.leave(lambda: self.driver.find_element(By.CSS_SELECTOR, selector).click())

    def title(self):
        return self.driver.find_element(By.TAG_NAME, "h1").text

    def look(self, name):
        """No fault for axe, no overflow, no complaint of the browser, no request to elsewhere; a picture."""
        what = "%s, %s, %s" % (name, self.language, self.device)
        os.makedirs(SCREENS, exist_ok=True)
        with open(os.path.join(SCREENS, "portal-%s-%s-%s.png" % (name, self.language, self.device)), "wb") as file:
            file.write(self.page.picture())
        # A page that answers 403 or 404 is told as a resource that failed, and signing out as data that were cleared.
        said = [text for text in self.page.complaints() if "the server responded with a status of" not in text and
            "Clear-Site-Data" not in text]
        rig.equal(said, [], "what the browser complains about at " + what)
        for url in self.page.requests():
            rig.check(url.startswith(self.origin) or url in ("about:blank",), "%s asks for %s" % (what, url))
        width = self.page.run("return document.documentElement.scrollWidth")
        rig.check(width <= WIDTHS[self.device], "%s is %d pixels wide" % (what, width))
        rig.equal(self.page.run("return document.documentElement.lang"), self.language, "lang of " + what)
        rig.equal(self.page.run("return document.scripts.length"), 0, "scripts of " + what)
        rig.equal(self.page.axe(self.axe), [], "faults that axe finds in " + what)


def walks():
    with portal_rig.whole() as (port, _, _):
        for language in LANGUAGES:
            for device in WIDTHS:
                with browser.browser("--ignore-certificate-errors",
                        "--host-resolver-rules=MAP %s 127.0.0.1" % portal_rig.NAME) as page:
                    yield Walk(page, port, language, device)


def prove_mailbox(walk, address, wrong=False):
    walk.open("")
    walk.look("ask")
    walk.fill("address", address)
    if wrong:
        walk.fill("code", "0000 0000")
        walk.look("code-wrong")
        rig.equal(walk.driver.find_element(By.ID, "code").get_attribute("aria-invalid"), "true", "the field with the error")
    walk.fill("code", portal_rig.CODE.lower().replace("-", " "))


def every_page_is_usable_in_every_language_on_telephone_and_desk():
    for walk in walks():
        for path in ("domain?problem=part", "genuine", "happened", "handling", "code?problem=expired", "none", "part",
                "?problem=address"):
            walk.open(path)
            walk.look(path.replace("?problem=", "-").replace("?", "") or "ask")
        prove_mailbox(walk, "anna.rossi@contoso.com", wrong=True)
        rig.check("14" in walk.title(), walk.title())
        walk.look("person")
        walk.press("a[href$='correct?case=1']")
        walk.look("correct")
        walk.fill("text", "The number ends in 13.", Keys.TAB + Keys.ENTER)
        walk.look("sent")
        walk.open("genuine")
        walk.fill("notice", "7K3Q-92MD-4XHF")
        walk.look("genuine-yes")
        prove_mailbox(walk, "luca.neri@adatum.com")
        walk.look("nothing")
        walk.press(".who button")
        walk.look("left")
        walk.open("domain")
        walk.fill("domain", "fabrikam.com")
        walk.look("proof")
        walk.press("main form button")
        rig.check("fabrikam.com" in walk.title(), walk.title())
        walk.look("organization")


def dark_and_paper_are_readable_too():
    for walk in walks():
        walk.open("handling", dark=True)
        walk.look("handling-dark")
        rig.equal(browser.png_corner(walk.page.picture(height=10)), (0x13, 0x18, 0x1B), "the dark background")
        rig.check(len(walk.page.pdf()) > 5000, "nothing is printed")
        break


def the_keyboard_reaches_everything_in_order():
    for walk in walks():
        walk.open("")
        seen = []
        for _ in range(12):
            walk.driver.switch_to.active_element.send_keys(Keys.TAB)
            seen.append(walk.page.run("var e = document.activeElement; return e.id || e.getAttribute('href') || e.textContent"))
        rig.equal(seen[:4], ["#main", "/it/", "/fr/", "address"], "order of the keyboard")
        rig.check("Send me a code" in seen and "/en/genuine" in seen, "the keyboard reaches only %r" % seen)
        break


rig.run_tests(every_page_is_usable_in_every_language_on_telephone_and_desk, dark_and_paper_are_readable_too,
    the_keyboard_reaches_everything_in_order)
