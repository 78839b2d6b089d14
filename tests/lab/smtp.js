// A mail server that takes what it is given: smtp.js HOST PORT plain|starttls|tls FILE [KEY CERTIFICATE]. Each mail is one line
// of JSON in FILE: from, to, data as base64. A file FILE.refuse makes it answer 451 instead.
const fs = require('fs');
const { SMTPServer } = require('smtp-server');
const [host, port, mode, file, key, certificate] = process.argv.slice(2);
const tls = mode === 'plain' ? {} : { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) };
const server = new SMTPServer({
  ...tls,
  secure: mode === 'tls',
  authOptional: true,
  disabledCommands: mode === 'plain' ? ['STARTTLS', 'AUTH'] : ['AUTH'],
  disableReverseLookup: true,
  onData(stream, session, callback) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      if (fs.existsSync(file + '.refuse')) {
        const error = new Error('try again later');
        error.responseCode = 451;
        return callback(error);
      }
      fs.appendFileSync(file, JSON.stringify({ from: session.envelope.mailFrom.address,
        to: session.envelope.rcptTo.map((to) => to.address), helo: session.hostNameAppearsAs, secure: session.secure,
        data: Buffer.concat(parts).toString('base64') }) + '\n');
      return callback(null);
    });
  },
});
server.on('error', (error) => console.error(error.message));
server.listen(Number(port), host);
