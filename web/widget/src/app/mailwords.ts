// The words of the part about mail: loaded with it, because a first message needs none of them.
import type { Locale } from '$shared/i18n/core';

interface Words {
  title: string;
  offer: string;
  goes: (address: string) => string;
  pending: (address: string) => string;
  change: string;
  drop: string;
  dropped: string;
  field: string;
  send: string;
  wrong: string;
  transcript: string;
  sent: string;
  impossible: string;
}

export const words: Record<Locale, Words> = {
  'zh-CN': {
    title: '邮件通知',
    offer: '通过邮件接收回复',
    goes: (address) => `您未在此查看的回复会发送到 ${address}。`,
    pending: (address) => `确认链接已发送到 ${address}。请在 24 小时内打开邮件中的链接并点击按钮，确认后才会发送回复。`,
    change: '更换邮箱',
    drop: '不再发送邮件',
    dropped: '不会再向您发送邮件。',
    field: '邮箱地址',
    send: '发送确认链接',
    wrong: '请输入有效的邮箱地址。',
    transcript: '把本次会话发到邮箱',
    sent: '会话记录将发送到您的邮箱。',
    impossible: '暂时无法发送到该邮箱。',
  },
  'zh-TW': {
    title: '郵件通知',
    offer: '透過郵件接收回覆',
    goes: (address) => `您未在此查看的回覆會寄到 ${address}。`,
    pending: (address) => `確認連結已寄到 ${address}。請在 24 小時內開啟郵件中的連結並按下按鈕，確認後才會寄送回覆。`,
    change: '更換信箱',
    drop: '不再寄送郵件',
    dropped: '不會再寄郵件給您。',
    field: '電子郵件地址',
    send: '寄送確認連結',
    wrong: '請輸入有效的電子郵件地址。',
    transcript: '把這次對話寄到信箱',
    sent: '對話記錄將寄到您的信箱。',
    impossible: '暫時無法寄到這個信箱。',
  },
  en: {
    title: 'Answers by mail',
    offer: 'Get answers by mail',
    goes: (address) => `Answers you do not see here go to ${address}.`,
    pending: (address) => `We mailed a link to ${address}. Open it within 24 hours and press the button; answers go there from then on.`,
    change: 'Change address',
    drop: 'Stop mails',
    dropped: 'No more mails will be sent to you.',
    field: 'E-mail address',
    send: 'Send the link',
    wrong: 'Enter a valid e-mail address.',
    transcript: 'Mail me this conversation',
    sent: 'The conversation is on its way to your mail.',
    impossible: 'Mail cannot be sent there at the moment.',
  },
};
