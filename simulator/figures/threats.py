"""Numbers of an attack and of those who are there."""

from collections.abc import Mapping

from simulator.laws import Fixed, Triangular
from simulator.parameter import Parameter

PARAMETERS: Mapping[str, Parameter] = {
    # an attack
    "attack.lasts": Parameter(
        law=Triangular(30.0, 55.0, 180.0), unit="s",
        meaning="attack without anybody who stops it",
        source="assumed; 55 s at Nanping 2010, most of the FBI's timed cases within 5 min",
    ),
    "guard.sees": Parameter(
        law=Triangular(1.0, 2.5, 6.0), unit="s",
        meaning="guard at the post from the attack to the press", source="assumed",
    ),
    "bystander.calls": Parameter(
        law=Triangular(15.0, 40.0, 120.0), unit="s",
        meaning="without a guard at the post, from the attack until somebody presses",
        source="assumed",
    ),
    "button.fails": Parameter(
        law=Fixed(0.02), unit="probability", meaning="the button is not pressed although it should",
        source="assumed; call-takers activated responders in 57.5 % of eligible cases (Denmark)",
    ),
    "teacher.calls-in": Parameter(
        law=Triangular(4.0, 10.0, 30.0), unit="s",
        meaning="from the attack until a teacher moves the pupils in", source="assumed",
    ),
    "guard.engages": Parameter(
        law=Triangular(3.0, 8.0, 25.0), unit="s",
        meaning="first capable person at the place until the attacker is held off",
        source="assumed",
    ),
    # the ways of an attacker, from the outside in
    "threat.loiters": Parameter(
        law=Triangular(20.0, 60.0, 180.0), unit="s",
        meaning="attacker waiting before the gate", source="assumed",
    ),
    "threat.mingles": Parameter(
        law=Triangular(5.0, 20.0, 60.0), unit="s",
        meaning="attacker among the people before the gate", source="assumed",
    ),
    "threat.drives-up": Parameter(
        law=Triangular(3.0, 6.0, 12.0), unit="s", meaning="vehicle from the road to the gate",
        source="assumed",
    ),
    "threat.belongs": Parameter(
        law=Triangular(5.0, 15.0, 30.0), unit="s",
        meaning="somebody of the school walking up to the gate", source="assumed",
    ),
    "threat.forces": Parameter(
        law=Triangular(3.0, 8.0, 20.0), unit="s",
        meaning="attacker past the post and over a lane", source="assumed",
    ),
    "threat.follows": Parameter(
        law=Triangular(2.0, 4.0, 8.0), unit="s", meaning="attacker through a lane behind a pupil",
        source="assumed",
    ),
    "threat.badge": Parameter(
        law=Triangular(2.0, 5.0, 15.0), unit="s",
        meaning="somebody of the school through the lane", source="assumed",
    ),
    "threat.inspected": Parameter(
        law=Triangular(60.0, 150.0, 300.0), unit="s",
        meaning="attacker with a hidden weapon through the visitor inspection",
        source="assumed; as long as a visitor's admission",
    ),
    "threat.drives-in": Parameter(
        law=Triangular(1.0, 2.0, 5.0), unit="s", meaning="vehicle through an open way",
        source="assumed",
    ),
    "threat.rams-barrier": Parameter(
        law=Triangular(2.0, 4.0, 15.0), unit="s", meaning="vehicle through a barrier arm",
        source="assumed; an arm is no obstacle to a vehicle",
    ),
    "threat.rams-bollard": Parameter(
        law=Triangular(15.0, 40.0, 120.0), unit="s",
        meaning="vehicle stopped by bollards, the driver out and past the post on foot",
        source="assumed",
    ),
    "threat.crosses": Parameter(
        law=Triangular(8.0, 20.0, 60.0), unit="s", meaning="attacker from the gate to pupils",
        source="assumed",
    ),
    "detects.loiterer": Parameter(
        law=Fixed(0.6), unit="probability", meaning="camera's analysis notices one who waits",
        source="assumed",
    ),
    "detects.mingler": Parameter(
        law=Fixed(0.1), unit="probability",
        meaning="camera's analysis notices an attacker among others", source="assumed",
    ),
    "detects.vehicle": Parameter(
        law=Fixed(0.2), unit="probability",
        meaning="camera's analysis notices a vehicle that comes to ram", source="assumed",
    ),
    "warning.heeded": Parameter(
        law=Fixed(0.3), unit="probability",
        meaning="people at the post take a camera's warning for a reason to call",
        source="assumed; 94-99 % of burglar alarms are false (COPS guide 5), which teaches to wait",
    ),
    "detects.force": Parameter(
        law=Fixed(0.98), unit="probability", meaning="post notices an open attack",
        source="assumed",
    ),
    "detects.tailgater": Parameter(
        law=Fixed(0.4), unit="probability",
        meaning="post notices who follows a pupil through a lane", source="assumed",
    ),
    "detects.insider": Parameter(
        law=Fixed(0.02), unit="probability",
        meaning="post notices somebody of the school who means harm",
        source="assumed; one offender was the guard himself (Cangwu 2020)",
    ),
    "detects.in-yard": Parameter(
        law=Fixed(0.7), unit="probability", meaning="a teacher notices a stranger in the yard",
        source="assumed",
    ),
    "detects.attack": Parameter(
        law=Fixed(1.0), unit="probability", meaning="somebody notices the attack itself",
        source="assumed",
    ),
    # those who are there
    "call.retries": Parameter(
        law=Triangular(3.0, 8.0, 20.0), unit="s",
        meaning="another one to the button after a call that was lost", source="assumed",
    ),
    "guard.holds-trained": Parameter(
        law=Fixed(0.6), unit="probability",
        meaning="guard with every training valid holds an attacker off", source="assumed",
    ),
    "guard.holds-untrained": Parameter(
        law=Fixed(0.3), unit="probability",
        meaning="guard without a valid training holds an attacker off",
        source="assumed; guard and staff were overpowered (Chongqing 2018)",
    ),
    "guard.attention-untrained": Parameter(
        law=Fixed(0.7), unit="1",
        meaning="what a guard without a valid training notices, as a share of a trained one's",
        source="assumed",
    ),
    "auxiliary.holds": Parameter(
        law=Fixed(0.7), unit="probability",
        meaning="auxiliary police at the post hold an attacker off", source="assumed",
    ),
    "post-volunteer.holds": Parameter(
        law=Fixed(0.3), unit="probability", meaning="a volunteer at the post holds an attacker off",
        source="assumed",
    ),
    "teacher.calls-in-far": Parameter(
        law=Triangular(15.0, 45.0, 120.0), unit="s",
        meaning="as teacher.calls-in, without a teacher on duty at the gate", source="assumed",
    ),
    "pupils.yard": Parameter(
        law=Triangular(60.0, 120.0, 300.0), unit="s",
        meaning="pupil from the lane to the classroom", source="assumed",
    ),
    "guard.reopens": Parameter(
        law=Triangular(60.0, 180.0, 600.0), unit="s",
        meaning="guard opening the lanes again after a closed case", source="assumed",
    ),
}  # fmt: skip
