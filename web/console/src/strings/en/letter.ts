import type source from '../zh-CN/letter';

const texts: Record<keyof typeof source, string> = {
  'letter.to': 'To',
  'letter.cc': 'Cc',
  'letter.bcc': 'Bcc',
  'letter.addCc': 'Cc/Bcc',
  'letter.hint': 'Enter or comma confirms, Backspace deletes',
  'letter.remove': 'Remove {who}',
  'letter.wrong': 'Not an e-mail address: {who}',
  'letter.tooMany': 'At most {n} addresses',
  'letter.replyAll': 'Reply to all ({n})',
  'letter.replyAllHint': 'Also to the other recipients of the customer’s mail',
  'letter.nobody': 'The customer has no address yet',
  'letter.bccHint': 'Nobody else sees who is here',
  'letter.hidden': 'Bcc {who}',
  'letter.notTaken': 'Not delivered to {who}: {why}',
  'letter.choosing': 'Other recipients',
};
export default texts;
