#include "report/phrases.h"

static const char *const modes[RR_MODE_COUNT] = {[RR_OFFLINE] = "오프라인", [RR_ONLINE] = "온라인"};

static const struct {
    const char *noun;
    const char *actions[RR_MODE_COUNT][RR_PHRASE_STEPS];
} blockers[RR_BLOCKER_COUNT] = {
    [RR_NO_PIPELINE] = {"파이프라인 부재",
                        {[RR_OFFLINE] = {"이번 주 안에 담당자와 미팅을 잡아 올해 집합 교육 계획과 예산을 확인합니다.",
                                         "전년 출강 실적을 바탕으로 재교육 과정을 제안하고 의사결정권자와 새 접점을 만듭니다."},
                         [RR_ONLINE] = {"이번 주 안에 담당자와 미팅을 잡아 올해 온라인 교육 계획과 갱신 의사를 확인합니다.",
                                        "전년 이용 실적을 정리해 구독 재계약안과 추가 과정을 제안합니다."}}},
    [RR_BUDGET] = {"예산 제약",
                   {[RR_OFFLINE] = {"예산 편성 일정을 확인하고 차수와 인원을 나눈 단계별 견적을 제안합니다.",
                                    "정부 지원 과정이나 다른 부서의 예산을 함께 쓰는 방안을 안내합니다."},
                    [RR_ONLINE] = {"예산 편성 일정을 확인하고 이용 인원과 기간을 줄인 시작 요금안을 제안합니다.",
                                   "부서별 분담이나 다음 회계 연도에 걸친 결제 방안을 안내합니다."}}},
    [RR_DECISION_MAKER] = {"의사결정권자 관련 변수",
                           {[RR_OFFLINE] = {"최종 의사결정권자를 확인해 교육 성과 자료로 대면 미팅을 요청합니다.",
                                            "실무 담당자와 내부 보고용 요약 자료를 함께 준비합니다."},
                            [RR_ONLINE] = {"최종 의사결정권자를 확인해 이용 성과 자료로 미팅을 요청합니다.",
                                           "실무 담당자에게 체험 계정과 내부 보고용 요약 자료를 제공합니다."}}},
    [RR_APPROVAL_DELAY] = {"승인·검토 지연",
                           {[RR_OFFLINE] = {"결재 단계와 예상 완료일을 확인하고 필요한 증빙과 품의 자료를 먼저 제공합니다.",
                                            "개강일에서 거꾸로 계산한 승인 기한을 담당자와 합의합니다."},
                            [RR_ONLINE] = {"결재 단계와 예상 완료일을 확인하고 보안·법무 검토 자료를 먼저 제공합니다.",
                                           "서비스 개시일에서 거꾸로 계산한 승인 기한을 담당자와 합의합니다."}}},
    [RR_LOW_PRIORITY] = {"낮은 우선순위",
                         {[RR_OFFLINE] = {"올해 핵심 과제와 연결되는 교육 필요성을 다시 정리해 전달합니다.",
                                          "부담이 작은 특강이나 파일럿 차수로 시작하는 방안을 제안합니다."},
                          [RR_ONLINE] = {"올해 핵심 과제와 연결되는 학습 로드맵을 다시 정리해 전달합니다.",
                                         "부담이 작은 소수 인원 체험 이용으로 시작하는 방안을 제안합니다."}}},
    [RR_COMPETITOR] = {"경쟁·대안 검토",
                       {[RR_OFFLINE] = {"비교 대상과 평가 기준을 확인하고 강사진과 맞춤 실습의 차별점을 제시합니다.",
                                        "같은 업종의 출강 사례와 성과 자료를 보강해 제안합니다."},
                        [RR_ONLINE] = {"비교 대상과 평가 기준을 확인하고 콘텐츠와 학습 관리 기능의 차별점을 제시합니다.",
                                       "같은 업종의 도입 사례와 수료율 자료를 보강해 제안합니다."}}},
    [RR_FIT_UNCLEAR] = {"불명확한 니즈",
                        {[RR_OFFLINE] = {"담당자와 요구 사항을 다시 확인해 맞는 과정과 차수, 규모를 정합니다.",
                                         "사전 진단이나 시범 강의로 교육 범위를 구체화합니다."},
                         [RR_ONLINE] = {"담당자와 요구 사항을 다시 확인해 맞는 과정과 이용 인원을 정합니다.",
                                        "체험 계정으로 과정의 적합성을 함께 점검합니다."}}},
    [RR_NO_RESPONSE] = {"회신 부재",
                        {[RR_OFFLINE] = {"연락 채널과 시간을 바꿔 다시 접촉하고 다른 실무자와 접점을 찾습니다.",
                                         "방문 일정을 제안하거나 과정 설명회에 초대해 대화를 다시 시작합니다."},
                         [RR_ONLINE] = {"연락 채널과 시간을 바꿔 다시 접촉하고 다른 실무자와 접점을 찾습니다.",
                                        "이용 현황 보고서나 온라인 설명회 초대로 대화를 다시 시작합니다."}}},
    [RR_PRICE_TERM] = {"가격·조건 이견",
                       {[RR_OFFLINE] = {"수용할 수 있는 금액과 조건을 확인하고 차수 묶음 할인 등 대안 견적을 제시합니다.",
                                        "할인 대신 실습 지원이나 사후 관리 같은 부가 가치를 제안합니다."},
                        [RR_ONLINE] = {"수용할 수 있는 금액과 조건을 확인하고 인원 구간별, 연 단위 요금 대안을 제시합니다.",
                                       "할인 대신 이용 기간 연장이나 추가 과정 제공을 제안합니다."}}},
    [RR_SCHEDULE_RESOURCE] = {"일정·자원 문제",
                              {[RR_OFFLINE] = {"가능한 개강일 후보와 강사, 교육장을 먼저 확보해 선택지를 제시합니다.",
                                               "차수를 나누거나 화상 강의를 섞어 참가 부담을 줄이는 방안을 제안합니다."},
                               [RR_ONLINE] = {"수강 기간을 늘리거나 시작일을 나누어 운영하는 방안을 제시합니다.",
                                              "수강 독려와 운영을 우리가 맡아 담당자의 부담을 줄이는 방안을 제안합니다."}}},
};

static const char *const courses[RR_LEVEL_COUNT][RR_MODE_COUNT][RR_PHRASE_COURSES] = {
    [RR_SEVERE] = {[RR_OFFLINE] = {"성사 가능성이 높은 딜의 체결과 개강을 앞당길 방안을 협의합니다.",
                                   "부족분을 채울 추가 차수와 과정을 제안합니다."},
                   [RR_ONLINE] = {"성사 가능성이 높은 딜의 체결과 서비스 개시를 앞당길 방안을 협의합니다.",
                                  "부족분을 채울 추가 이용 인원과 과정을 제안합니다."}},
    [RR_NORMAL] = {[RR_OFFLINE] = {"진행 중인 딜의 체결 일정과 금액을 확정합니다.",
                                   "하반기 차수까지 포함한 연간 교육 계획을 함께 세웁니다."},
                   [RR_ONLINE] = {"진행 중인 딜의 체결 일정과 이용 인원을 확정합니다.",
                                  "구독 갱신 시점까지 포함한 연간 이용 계획을 함께 세웁니다."}},
    [RR_GOOD] = {[RR_OFFLINE] = {"현재 진행 중인 딜의 일정과 금액을 정기적으로 점검합니다.",
                                 "만족도를 확인하고 추가 교육 수요를 발굴합니다."},
                 [RR_ONLINE] = {"현재 이용 현황과 갱신 일정을 정기적으로 점검합니다.",
                                "수료율과 만족도를 확인하고 추가 이용 수요를 발굴합니다."}},
};

const char *rr_phrase_mode(enum rr_mode mode) {
    return modes[mode];
}

const char *rr_phrase_blocker(enum rr_blocker blocker) {
    return blockers[blocker].noun;
}

const char *rr_phrase_action(enum rr_blocker blocker, enum rr_mode mode, int step) {
    return blockers[blocker].actions[mode][step];
}

const char *rr_phrase_course(enum rr_level level, enum rr_mode mode, int step) {
    return courses[level][mode][step];
}
