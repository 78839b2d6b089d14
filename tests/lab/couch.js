// express-pouchdb with everything in memory: couch.js HOST PORT
const express = require('express');
const PouchDB = require('pouchdb-core').plugin(require('pouchdb-adapter-memory')).defaults({ adapter: 'memory' });
const app = express();
app.use('/', require('express-pouchdb')(PouchDB, { mode: 'minimumForPouchDB', inMemoryConfig: true,
  overrideMode: { include: ['routes/all-dbs'] } }));
app.listen(Number(process.argv[3]), process.argv[2]);
