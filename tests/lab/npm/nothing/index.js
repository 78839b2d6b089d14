// Takes the place of packages that are loaded and never called: telemetry, a web page. The lock file leaves them out, and SQL drivers.
module.exports = {};
