// A mail server that takes what it is given: smtp.js HOST PORT plain|starttls|tls|login FILE [KEY CERTIFICATE]. Each mail is
// one line of JSON in FILE: from, to, user, data as base64. `login` is starttls for one user alone (LOGIN_USER, LOGIN_PASSWORD).
// What FILE.say holds, it does with the next mails: {"at": "rcpt" or "data", "only": ADDRESS, "code": 451, "wait_ms": N,
// "close": true}.
const fs = require('fs');
const { SMTPServer } = require('smtp-server');
const [host, port, mode, file, key, certificate] = process.argv.slice(2);
const tls = mode === 'plain' ? {} : { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) };

function refusal(code, text) {
  const error = new Error(text);
  error.responseCode = code;
  return error;
}

function act(at, addresses, callback) {
  const say = fs.existsSync(file + '.say') ? JSON.parse(fs.readFileSync(file + '.say', 'utf8')) : {};
  if (say.at !== at || (say.only && !addresses.includes(say.only))) return callback(null);
  fs.appendFileSync(file + '.said', at + '\n');
  if (say.close) return server.connections.forEach((connection) => connection._socket.destroy());
  return setTimeout(() => callback(say.code ? refusal(say.code, 'as it was told') : null), say.wait_ms || 0);
}

const server = new SMTPServer({
  ...tls,
  secure: mode === 'tls',
  authOptional: mode !== 'login',
  disabledCommands: mode === 'plain' ? ['STARTTLS', 'AUTH'] : mode === 'login' ? [] : ['AUTH'],
  disableReverseLookup: true,
  onAuth({ username, password }, session, callback) {
    const known = username === process.env.LOGIN_USER && password === process.env.LOGIN_PASSWORD;
    return known ? callback(null, { user: username }) : callback(refusal(535, 'who are you'));
  },
  onRcptTo({ address }, session, callback) {
    act('rcpt', [address], callback);
  },
  onData(stream, session, callback) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => act('data', session.envelope.rcptTo.map((to) => to.address), (error) => {
      if (!error) {
        fs.appendFileSync(file, JSON.stringify({ from: session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map((to) => to.address), helo: session.hostNameAppearsAs, secure: session.secure,
          user: session.user || null, data: Buffer.concat(parts).toString('base64') }) + '\n');
      }
      return callback(error);
    }));
  },
});
server.on('error', (error) => console.error(error.message));
server.listen(Number(port), host);
