"""A headless Chromium, as tests that look at pages use it: width, colours and print are asked for, every request and
every complaint of the browser is kept. Debian's chromium, chromium-driver and python3-selenium."""
import base64
import contextlib
import json
import struct
import tempfile
import zlib

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PHONE, DESKTOP = 360, 1280


class Page:
    def __init__(self, driver):
        self.driver = driver

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, path, width=DESKTOP, dark=False):
        """Loads a file or an address afresh; what was requested and said is then of this page alone."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600)
        self.cdp("Emulation.setEmulatedMedia", media="",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.driver.get("about:blank")
        self.driver.get_log("browser"), self.driver.get_log("performance")
        self.driver.get("file://" + path if path.startswith("/") else path)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def requests(self):
        """Every address that was asked for since open()."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def picture(self, top=0, height=None):
        """PNG of the whole page, or of `height` pixels of it."""
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": top, "width": size["width"], "height": height or size["height"] - top, "scale": 1}
        return base64.b64decode(self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True,
            clip=clip)["data"])

    def pdf(self):
        return base64.b64decode(self.cdp("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])

    def axe(self, source):
        """[(rule, impact, first element)] that axe-core finds fault with."""
        self.run(source)
        found = self.driver.execute_async_script("""
            var done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ['violations']}).then(
                function (r) { done(r.violations.map(function (v) {
                    return [v.id, v.impact, v.nodes[0].html, v.nodes[0].failureSummary]; })); },
                function (e) { done([['axe itself', 'failed', String(e), '']]); });""")
        return [tuple(row) for row in found]


@contextlib.contextmanager
def browser(*more):
    """A Page of a browser that knows nothing of earlier ones; more of its options."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with tempfile.TemporaryDirectory(prefix="staunch-browser-", ignore_cleanup_errors=True) as profile:
        for word in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", "--disable-background-networking", "--user-data-dir=" + profile, *more):
            options.add_argument(word)
        driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        driver.set_script_timeout(120)
        try:
            yield Page(driver)
        finally:
            driver.quit()


def png_size(png):
    return struct.unpack(">II", png[16:24])


def png_corner(png):
    """(red, green, blue) of the first pixel: every filter leaves it as it is."""
    data, at = b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        data += png[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return tuple(zlib.decompressobj().decompress(data, 4)[1:4])
