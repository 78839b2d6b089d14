// Takes the place of packages that the tests never call: telemetry, SQL drivers, a web page.
module.exports = {};
