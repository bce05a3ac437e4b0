#ifndef RR_CRM_DEMO_WORDS_H
#define RR_CRM_DEMO_WORDS_H

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

/* What the cells of demo.c's rows can say: the dice, the vocabulary, and the ways to spell amounts and dates. */

/* ---- Dice ---- */

/* splitmix64: its output function is a bijection, so that different numbers give different ids. */
struct rng {
    uint64_t state;
};

static const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);

static inline uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline uint64_t draw(struct rng *rng) {
    return mix(rng->state += golden);
}

/* 0 to bound - 1; bound is less than 2^32. */
static inline uint64_t below(struct rng *rng, uint64_t bound) {
    return ((draw(rng) >> 32) * bound) >> 32;
}

static inline bool chance(struct rng *rng, unsigned percent) {
    return below(rng, 100) < percent;
}

/* From low up, each octave as likely as the next. */
static inline uint64_t log_uniform(struct rng *rng, uint64_t low, unsigned octaves) {
    uint64_t floor = low << below(rng, octaves);
    return floor + below(rng, floor);
}

/* What a stream of random numbers is for. A kind of row has one to say what others see of it, one for the rest. */
enum kind { kind_deal, kind_person, kind_organization, kind_memo, kind_counterparty, kind_count };

static inline struct rng rng_of(uint64_t seed, unsigned stream, uint64_t number) {
    return (struct rng){mix(mix(seed + stream * golden) + number)};
}

struct words {
    const char *const *items;
    size_t count;
};

#define WORDS(list) ((struct words){(list), sizeof(list) / sizeof(list)[0]})

static inline const char *pick(struct rng *rng, struct words words) {
    return words.items[below(rng, words.count)];
}

/* ---- Vocabulary ---- */

/* The columns that rules.md names, in the order of the tables. */
enum { deal_id, deal_person, deal_organization, deal_name, deal_status, deal_format, deal_amount, deal_expected_amount };
enum { deal_contract = 8, deal_close, deal_start, deal_end, deal_course, deal_likely, deal_contact, deal_lost, deal_reason };
static const char *const deal_columns[] = {
    "id",      "peopleId",    "organizationId", "이름",        "상태",       "과정포맷",
    "금액",    "예상 체결액", "계약 체결일",    "수주 예정일", "수강시작일", "수강종료일",
    "코스 ID", "성사 가능성", "최근 연락일",    "LOST 확정일", "실패 사유",
};
static const char *const person_columns[] = {"id", "이름", "organizationId", "소속 상위 조직"};
static const char *const organization_columns[] = {"id", "이름"};
static const char *const memo_columns[] = {"id", "text", "dealId", "peopleId", "organizationId", "createdAt"};

/* From here on: what stands in a list twice comes up twice as often; NULL is SQL's NULL. The lists named odd_* are gone
 * through in turn, so that each of their forms occurs in a small database too. */

static const char *const departments[] = {
    "인사팀",     "인재개발원",     "HRD",          "HR전략팀",     "조직문화팀",     "교육운영팀",     "리더십센터",
    "경영지원실", "재무본부",       "회계팀",       "법무실",       "감사실",         "총무팀",         "구매본부",
    "마케팅본부", "브랜드전략팀",   "영업기획팀",   "국내영업본부", "해외영업본부",   "글로벌사업부",   "고객경험실",
    "CTO부문",    "DX추진본부",     "디지털혁신실", "AI센터",       "데이터분석팀",   "클라우드사업부", "정보보호실",
    "IT기획팀",   "플랫폼개발그룹", "기술교육팀",   "생산기술원",   "중앙연구소",     "품질보증팀",     "안전환경실",
    "SCM혁신팀",  "전략기획실",     "ESG경영팀",    "신사업추진단", "스마트팩토리팀",
};

/* What stands around a department that was typed without care. */
static const char *const spaces[] = {" ", "  ", "\u00a0", "\u3000", "\t"};
static const char *const odd_departments[] = {
    NULL, "",      "   ",          "\u3000\u00a0", "인재개발원/교육\"2팀\"", "R&D센터 <b>2그룹</b>", NULL,
    "",   "AI🚀랩", "C:\\본사\\HR", "O'Neill TF",
};

static const char *const organization_heads[] = {
    "한국", "대한", "현대", "글로벌", "동방", "미래", "케이", "한빛", "신세기", "태평", "우리", "서울",
    "한강", "백두", "금강", "대성",   "세종", "가온", "누리", "다온", "아람",   "청솔", "한울", "새한",
};
static const char *const organization_tails[] = {
    "전자", "화학",   "건설", "중공업", "물산", "은행", "생명",   "제약",   "증권",       "카드",       "통신",     "에너지",
    "철강", "자동차", "유통", "식품",   "항공", "해운", "바이오", "소프트", "엔지니어링", "디스플레이", "손해보험", "홀딩스",
};
static const char *const odd_organizations[] = {
    NULL,
    "",
    " \u00a0",
    NULL,
    "<script>alert('org')</script>",
    "A/B \"테스트\" 랩",
    "🙂컴퍼니\U0001F680",
    "\u3000가나다상사\u00a0",
    "O'Brien & 파트너스",
};

static const char *const surnames[] = {"김", "이", "박", "최", "정", "강", "조", "윤",
                                       "장", "임", "한", "오", "서", "신", "권", "황"};
static const char *const given_names[] = {
    "민준", "서연", "지훈", "수진", "현우", "지영", "도윤", "은지",
    "성민", "하은", "재현", "유진", "동현", "미경", "상훈", "혜원",
};
static const char *const odd_names[] = {
    NULL, "", "김 \"부장\" 철수", "<i>이과장</i>", "\u00a0박대리\u3000", "최👩‍💻", "Smith/Anna"};

/* Where an id should be. */
static const char *const odd_links[] = {NULL, "", " "};

static const char *const topics[] = {
    "생성형 AI 실무", "데이터 분석", "파이썬 기초",   "DX 리더십",     "신임 팀장",   "클라우드 전환", "정보보안", "업무 자동화",
    "디자인 씽킹",    "애자일",      "프롬프트 활용", "머신러닝 심화", "스마트 제조", "고객 경험",     "ESG 이해", "임원 AI 특강",
};
static const char *const courses[] = {"과정", "부트캠프", "워크숍", "세미나", "온보딩", "역량 진단", "구독 갱신"};
static const char *const odd_titles[] = {
    "<script>alert(\"deal\")</script>",
    "딜 \"인용\" \\ / 교육",
    "1차\n둘째 줄",
    "🚀 DX 부트캠프 😀",
    "O'Reilly 특강",
    NULL,
    "",
    "\u00a0구독 갱신\u3000",
    "견적;DROP TABLE deal;--",
};

static const char *const status_past[] = {
    "Won", "Won",  "Won",  "Won",  "Won",  "Won",  "Won", "Won", "Won",     "Won",
    "Won", "Lost", "Lost", "Lost", "Lost", "Open", "SQL", "SQL", "Convert",
};
static const char *const status_current[] = {
    "Won",  "Won",  "Won",  "Won", "Won", "Won", "Lost", "Lost",    "Lost",
    "Open", "Open", "Open", "SQL", "SQL", "SQL", "SQL",  "Convert",
};
static const char *const status_future[] = {"Won", "Open", "Open", "SQL", "SQL", "SQL", "Convert"};
static const char *const status_leaving[] = {"Lost", "Lost", "Lost", "Open", "SQL"};
static const char *const odd_status[] = {"won", NULL, "", "Convert", "WON", " Won ", "Lost "};

static const char *const formats[] = {
    "구독제(온라인)", "구독제(온라인)", "선택구매(온라인)", "포팅", "포팅",     "집합교육", "집합교육", "출강",
    "출강",           "출강",           "워크숍",           "캠프", "컨퍼런스", "복합",
};
static const char *const odd_formats[] = {
    NULL, "", " 집합교육 ", "\u3000구독제(온라인)\u00a0", " 포팅", "구독제", "온라인", "   ", "선택구매(온라인) ", "포팅(신규)",
};

static const char *const amount_marks[10][2] = {
    {"", ""}, {"", ""}, {"", ""}, {"₩", ""}, {"₩", ""}, {"₩ ", ""}, {"", "원"}, {"", "원"}, {" ", " 원 "}, {"\u00a0", "\u3000"},
};
static const char *const odd_amounts[] = {
    "협의",
    "5백만",
    "약 3천만",
    "1억~2억",
    "-5,000,000",
    "inf",
    "nan",
    "0x10",
    "1_000",
    "99999999999999999999",
    "0",
    "TBD",
    "1억 2천만 500만",
    "1억 2천만",
    "１２,０００,０００",
    "1.5E7",
    "9223372036854775808",
    "1e400",
    "2천5백만",
    "-",
    "+7000000",
    "₩원",
    "0.5억",
    "1,500만 원",
    "Infinity",
};
static const char *const blanks[] = {NULL, NULL, NULL, NULL, "", "   ", "\u3000", "\u00a0"};

/* Hardly dates, for strftime, which is given one of the year that is meant; some carry it over into the next. */
static const char *const odd_dates[] = {
    "상반기",
    "%Y-01",
    "%Y-02-30",
    "미정",
    "%Y-12-31T15:00:00.000Z",
    "",
    "%Y-13-01",
    "%Y.4.31",
    "추후 협의",
    "%Y0230",
    "%Y-12-31T20:00:00-05:00",
    " ",
    "%Y/6",
    "%Y년 5월 2일",
    "TBD",
    "%Y-00-10",
    "3월 중",
    "%Y-3-5-1",
    "99991",
    "%Y-02-29",
    "%Y-06-31T09:00:00Z",
    "0000-00-00",
};

/* For strftime. After < it is the day before, which the zone behind the time carries over into the date itself. */
static const char *const date_forms[] = {
    "%Y-%m-%d",
    "%Y-%m-%d",
    "%Y-%m-%d",
    "%Y.%-m.%-d",
    "%Y.%-m.%-d",
    "%Y.%-m.%-d",
    "%Y.%m.%d",
    "%Y/%-m/%-d",
    "%Y/%-m/%-d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y%m%d",
    "%Y%m%d",
    " %Y-%m-%d ",
    "\u00a0%Y-%m-%d\u3000",
    "%Y-%-m-%-d",
    "%Y-%m-%d 09:30",
    "%Y-%m-%d 18:00:00",
    "%Y-%m-%dT00:00:00",
    "%Y%m%dT093000",
    "%Y-%m-%dT10:00:00+09:00",
    "<%Y-%m-%dT15:00:00.000Z",
    "<%Y-%m-%dT15:00:00.000Z",
    "<%Y-%m-%dT15:00:00.000Z",
    "<%Y-%m-%dT15:00:00.000Z",
    "<%Y-%m-%dT20:00:00-05:00",
    "%Y-%m-%dT01:30:00.000Z",
    "%Y.%-m.%-d 14:00",
};

static const char *const likely_won[] = {"확정", "확정", "확정", "확정", "확정", "높음", "높음", NULL};
static const char *const likely_open[] = {"높음", "높음", "높음", "중간", "중간", "낮음", "낮음", "확정", NULL};
static const char *const likely_lost[] = {"낮음", "낮음", "중간", NULL, NULL};

/* What stands before and after such a word. */
static const char *const likely_forms[][2] = {
    {"[\"", "\"]"},
    {"[\"", "\"]"},
    {"[\"", "\"]"},
    {"[\"", "\"]"},
    {"[\"", "\"]"},
    {"[\"", "\"]"},
    {"[\"", "\"]"},
    {"[\"", "\"]"},
    {"", ""},
    {"", ""},
    {"", ""},
    {"", ""},
    {"", ""},
    {"", ""},
    {" ", " "},
    {"\"", "\""},
    {"[[\"", "\"]]"},
    {"[\"", "\",\"중간\"]"},
    {"{\"a\":\"", "\",\"b\":[\"낮음\"]}"},
    {"\"[\\\"", "\\\"]\""},
    {"[\"[\\\"", "\\\"]\"]"},
    {"[\"", "\""},
    {"{\"단계\":[{\"값\":\"", "\"}],\"점수\":3}"},
};
static const char *const odd_likely[] = {
    "", " ", "[]", "{}", "null", "5", "[\"높음\", ", "{\"확정\":1}", "높음 확정", "[\"\\ud655\\uc815\"]", "\"\""};

static const char *const odd_course_ids[] = {"", " ", NULL, "\u00a0", "C-<1>/\"2\""};
static const char *const lost_reasons[] = {"예산 부족",      "경쟁사 선정", "일정 불가",    "담당자 변경",
                                           "내부 자체 진행", "무응답",      "우선순위 하락"};

static const char *const sentences[] = {
    "예산이 동결되어 내년 이후 검토한다고 함.",
    "교육 예산 삭감으로 규모 축소 요청.",
    "budget freeze, 하반기에 다시 연락.",
    "비용 부담이 크다는 의견.",
    "의사결정권자 미팅이 아직 없음.",
    "담당자 변경됨, 신임 팀장과 재미팅 필요.",
    "임원 보고 후 결정하겠다고 함.",
    "품의 진행 중, 결재 대기.",
    "내부 승인이 지연되고 있음.",
    "계약서 법무 검토가 길어짐.",
    "approval이 2주째 지연.",
    "우선순위에서 밀려 추후 논의.",
    "하반기로 보류하자는 답.",
    "올해는 교육이 후순위라고 함.",
    "경쟁사 견적과 비교 중.",
    "RFP 진행, 입찰 예정.",
    "타사 제안이 더 저렴하다고 함.",
    "competitor 데모를 먼저 봤음.",
    "니즈가 불명확하여 범위 재정의 필요.",
    "커리큘럼 적합성에 의문이 있음.",
    "요구사항이 자주 바뀜.",
    "회신 없음, 두 차례 메일 발송.",
    "전화 부재중, 문자 남김.",
    "no response 3주째.",
    "연락 두절 상태.",
    "단가 할인 요청, 지불 조건 협의.",
    "가격이 비싸다는 피드백.",
    "discount 10% 요구.",
    "선금 조건 조율 중.",
    "일정 조율 필요, 킥오프 3월.",
    "강사 섭외가 어려움.",
    "교육장 확보가 안 되어 연기.",
    "참가자 리소스 부족.",
    "커피챗으로 안부 인사.",
    "점심 미팅, 분위기 좋음.",
    "명절 인사 드림.",
    "세미나 초대장 발송.",
    "자료 요청하여 소개서 전달.",
    "예산 확보 완료, 계약 준비.",
    "결재 완료되어 다음 주 계약 예정.",
    "만족도 높아 재계약 긍정적.",
    "추가 차수 요청 받음.",
};
static const char *const odd_memos[] = {"",
                                        "   ",
                                        NULL,
                                        "<script>alert('memo')</script> 예산 미확보",
                                        "👍👍 \"OK\" / 진행\\확정",
                                        "통화 메모\n- 예산: 미정\n- 승인: 대기\n",
                                        "BUDGET 이슈, No Response"};
static const char *const odd_times[] = {NULL, "", " ", "미정"};

/* The many columns that nobody reads. */
static const char *const fillers[] = {
    "담당자 확인 필요",
    "해당 없음",
    "true",
    "false",
    "0",
    "2024-11-05",
    "2025-03-02T09:00:00.000Z",
    "서울특별시 강남구 테헤란로",
    "경기도 성남시 분당구 판교역로",
    "https://crm.example.com/r/20391",
    "sales@example.co.kr",
    "02-555-0100",
    "[\"기존고객\",\"재구매\"]",
    "인바운드 문의",
    "웨비나 참석 후 상담 신청",
    "연간 계약 검토 대상",
    "임직원 300명 이상",
    "내부 품의 양식 별도 제출",
    "세금계산서 익월 말 발행",
    "홈페이지 상담 신청으로 유입됨",
    "제조업",
    "금융 및 보험업",
    "파트너사 소개",
    "만족도 조사 4.6점",
    "교육장 대관 필요",
    "NDA 체결 완료",
    "뉴스레터 수신 동의",
    "5f2c9b1e77aa41d0",
    "{\"source\":\"import\",\"batch\":17}",
    "월간 보고서 공유 대상",
    "담당 컨설턴트 배정 대기",
    "다음 분기에 다시 연락하기로 함",
};

/* ---- Spelling: one of the many ways to write a value ---- */

enum { spelling_size = 64, day_s = 86400 };

typedef void spelling(char text[spelling_size], struct rng *rng, uint64_t value);

/* Unique within a kind. */
static inline void spell_id(char text[spelling_size], uint64_t seed, enum kind kind, uint64_t number) {
    uint64_t head = mix(mix(seed ^ ((uint64_t)kind << 56)) + number), tail = mix(~head);
    if (kind == kind_person || kind == kind_memo)
        snprintf(text, spelling_size, "%c%016" PRIx64 "%03" PRIx64, kind == kind_memo ? 'm' : 'p', head, tail >> 52);
    else
        snprintf(text, spelling_size, "%016" PRIx64 "%08" PRIx64, head, tail >> 32);
}

/* With thousands commas, between two marks. */
static inline void spell_grouped(char text[spelling_size], const char *const marks[2], uint64_t number) {
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    int at = snprintf(text, spelling_size, "%s", marks[0]);
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    snprintf(text + at, (size_t)(spelling_size - at), "%s", marks[1]);
}

static inline void spell_full_width(char text[spelling_size], uint64_t number) {
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (int i = 0; i < count; i++)
        snprintf(text + (ptrdiff_t)3 * i, 4, "\xef\xbc%c", 0x90 + digits[i] - '0');
}

/* In the units that people say. */
static inline void spell_spoken(char text[spelling_size], struct rng *rng, uint64_t krw) {
    uint64_t eok = krw / 100000000, cheonman = krw / 10000000 % 10;
    if (chance(rng, 30) || krw < 10000000)
        snprintf(text, spelling_size, "%" PRIu64 "만원", krw / 10000);
    else if (chance(rng, 50))
        snprintf(text, spelling_size, "%" PRIu64 ".%" PRIu64 "억", eok, cheonman);
    else if (eok > 0 && cheonman > 0)
        snprintf(text, spelling_size, "%" PRIu64 "억 %" PRIu64 "천만", eok, cheonman);
    else
        snprintf(text, spelling_size, "%" PRIu64 "%s", eok > 0 ? eok : cheonman, eok > 0 ? "억" : "천만");
}

static inline void spell_amount(char text[spelling_size], struct rng *rng, uint64_t krw) {
    uint64_t form = below(rng, 100);
    if (form < 50)
        snprintf(text, spelling_size, "%" PRIu64, krw);
    else if (form < 80)
        spell_grouped(text, amount_marks[form % 10], krw);
    else if (form < 95)
        spell_spoken(text, rng, krw);
    else if (form < 97)
        snprintf(text, spelling_size, "%" PRIu64 ".%" PRIu64 "E6", krw / 1000000, krw / 100000 % 10);
    else if (form < 98)
        snprintf(text, spelling_size, "%" PRIu64 ".5", krw);
    else
        spell_full_width(text, krw);
}

static inline void spell_time(char text[spelling_size], const char *form, uint64_t unix_s) {
    struct tm parts;
    if (gmtime_r(&(time_t){(time_t)unix_s}, &parts) == NULL || strftime(text, spelling_size, form, &parts) == 0)
        text[0] = '\0';
}

/* day is a date in Korea, as days since 1970-01-01. */
static inline void spell_date(char text[spelling_size], struct rng *rng, uint64_t day) {
    const char *form = chance(rng, 60) ? "%Y-%m-%d" : pick(rng, WORDS(date_forms));
    bool eve = *form == '<';
    spell_time(text, eve ? form + 1 : form, (eve ? day - 1 : day) * day_s);
}

/* Days from 1970-01-01 to the first of January. */
static inline uint64_t first_day_of(int year) {
    int past = year - 1;
    return (uint64_t)(past * 365 + past / 4 - past / 100 + past / 400 - 719162);
}

#endif
