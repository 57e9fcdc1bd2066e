import type source from '../zh-CN/letter';

const texts: Record<keyof typeof source, string> = {
  'letter.to': '收件者',
  'letter.cc': '副本',
  'letter.bcc': '密件副本',
  'letter.addCc': '副本／密件副本',
  'letter.hint': '按 Enter 或逗號確認，按退格鍵刪除',
  'letter.remove': '移除 {who}',
  'letter.wrong': '不是電子郵件地址：{who}',
  'letter.tooMany': '最多 {n} 個地址',
  'letter.replyAll': '全部回覆（{n} 人）',
  'letter.replyAllHint': '一併寄給客戶來信裡的其他收件者',
  'letter.nobody': '尚無客戶的電子郵件地址',
  'letter.bccHint': '其他收件者看不到密件副本的人',
  'letter.hidden': '密件副本：{who}',
  'letter.notTaken': '未能送達 {who}：{why}',
  'letter.choosing': '其他收件者',
};
export default texts;
