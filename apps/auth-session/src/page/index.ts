export { type ApprovalView, SHOWN_FIELD, renderApprovalPage } from './approval-page';
export { PAGE_LANGUAGES, type PageLanguage, type PageLocale, pageLocale } from './locale';
export { pageHeaders } from './page-headers';
export { type NoticeView, type ResultView, renderNotice, renderResultPage } from './result-page';
export { STYLE_SOURCE } from './style';
export type { ApprovalNotice, Notice, ResultState } from './texts/texts';
