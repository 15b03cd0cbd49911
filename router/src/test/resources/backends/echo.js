// Answers every request with "METHOD target length-of-body" and prints that line, once the request has been read to its end.
const http = require('http');
const server = http.createServer((request, response) => {
  let length = 0;
  request.on('data', (piece) => { length += piece.length; });
  request.on('error', () => {});
  request.on('end', () => {
    const line = `${request.method} ${request.url} ${length}`;
    process.stdout.write(line + '\n');
    response.end(line);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${server.address().port}\n`));
// Ends with the test that started it.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
