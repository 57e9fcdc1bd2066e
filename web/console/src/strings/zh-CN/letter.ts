// Whom a reply by mail goes to.
const texts = {
  'letter.to': '收件人',
  'letter.cc': '抄送',
  'letter.bcc': '密送',
  'letter.addCc': '抄送／密送',
  'letter.hint': '回车或逗号确认，退格删除',
  'letter.remove': '移除 {who}',
  'letter.wrong': '不是邮箱地址：{who}',
  'letter.tooMany': '最多 {n} 个地址',
  'letter.replyAll': '回复全部（{n} 人）',
  'letter.replyAllHint': '同时发给客户来信里的其他收件人',
  'letter.nobody': '还没有客户的邮箱地址',
  'letter.bccHint': '其他收件人看不到密送的人',
  'letter.hidden': '密送：{who}',
  'letter.notTaken': '未送达 {who}：{why}',
  'letter.choosing': '其他收件人',
} as const satisfies Record<string, string>;
export default texts;
