// Receives the messages about ended downloads: WEBHOOK_SECRET=whsec_… node webhook-receiver.js
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const { WEBHOOK_SECRET, PORT = '9000' } = process.env;

const webhook = new Webhook(WEBHOOK_SECRET);

createServer(async (request, response) => {
  const body = await text(request);
  try {
    // Checks the signature, and that the message is at most five minutes old.
    const { type, data } = webhook.verify(body, request.headers);
    // A message may come again, with the same webhook-id.
    console.log(request.headers['webhook-id'], type, data.jobId, data.message);
    response.writeHead(204).end();
  } catch (error) {
    console.error(`Refused: ${error.message}`);
    response.writeHead(401).end();
  }
}).listen(Number(PORT), () => console.log(`Listening on port ${PORT}`));
